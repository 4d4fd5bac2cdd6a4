"""One file a class of vulnerability that service desks had, each tried on the whole product."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compagnon.config.tests import world as worlds
from compagnon.config.tests.world import World
from compagnon.conftest import cast, shared_data, signed_in
from compagnon.desk.inbound.intake import process
from compagnon.desk.models import InboundMessage
from compagnon.desk.services import intake
from compagnon.people.tests.factories import system

__all__ = ["cast", "shared_data", "signed_in"]


@pytest.fixture
def world(db: None) -> World:
    """Two clients with one of everything."""
    return worlds.build()


@pytest.fixture
def administrator(world: World) -> Client:
    """A browser of somebody who may do everything."""
    return worlds.browser(world.administrator)


@pytest.fixture
def deliver(db: None) -> Callable[..., InboundMessage]:
    """Give ``deliver(message)``: it passes through the whole intake."""

    def deliver(message: EmailMessage | bytes, *, mail_from: str = "") -> InboundMessage:
        raw = message if isinstance(message, bytes) else message.as_bytes()
        intake.receive(
            actor=system(), raw=raw, mail_from=mail_from, rcpt_to=("support@assistance.example",)
        )
        row = InboundMessage.objects.latest("pk")
        process(row.pk)
        row.refresh_from_db()
        return row

    return deliver


@pytest.fixture
def sent(settings: Any, tmp_path: Path) -> Callable[[], list[EmailMessage]]:
    """Give ``sent()``: the mail that left the desk, read again."""
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"
    sink = mailbox.Maildir(tmp_path / "sink", create=True)

    def sent() -> list[EmailMessage]:
        found = [sink.get_bytes(key) for key in sink.iterkeys()]
        return [message_from_bytes(raw, policy=policy.default) for raw in found]  # type: ignore[misc]

    return sent
