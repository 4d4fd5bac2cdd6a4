"""Mail about accounts leaves by the way that the operator chose."""

from __future__ import annotations

import mailbox
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection

from compagnon.desk.outbound.transport import NotSent

BACKEND = "compagnon.config.mail.Backend"


def message() -> EmailMessage:
    return EmailMessage(
        "Choisissez un mot de passe : été", "Voici le lien…", "a@b.example", ["u@c.example"]
    )


def test_into_the_folder_of_a_demonstration(tmp_path: Path, settings: object) -> None:
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"  # type: ignore[attr-defined]
    assert get_connection(BACKEND).send_messages([message()]) == 1
    (kept,) = mailbox.Maildir(tmp_path / "sink")
    assert str(make_header(decode_header(kept["Subject"]))) == "Choisissez un mot de passe : été"
    assert kept["To"] == "u@c.example"


def test_turned_off(settings: object) -> None:
    settings.MAIL_URL = "none"  # type: ignore[attr-defined]
    with pytest.raises(NotSent):
        get_connection(BACKEND).send_messages([message()])
