"""Tickets for tests, opened through the service by the fixed cast of ``people``."""

from __future__ import annotations

import itertools
from email.message import EmailMessage
from typing import Any

from compagnon.desk import services
from compagnon.desk.models import Category, Mailbox, Ticket
from compagnon.people.models import Organisation, Person, Team
from compagnon.people.tests.factories import system

_numbers = itertools.count(1)


def ticket(requester: Person, **values: Any) -> Ticket:
    """An incident of that person, opened by the program without acknowledgement."""
    number = next(_numbers)
    values = {
        "title": f"L’imprimante {number} ne répond plus",
        "text": "Elle affiche « hors ligne » depuis ce matin.",
        "acknowledge": False,
        "actor": system(),
    } | values
    return services.open_ticket(requester=requester, **values)


def category(name: str = "", *, parent: Category | None = None, **values: Any) -> Category:
    """A category with its path."""
    made = Category.objects.create(
        name=name or f"Catégorie {next(_numbers)}", parent=parent, **values
    )
    made.path = f"{parent.path if parent else '/'}{made.pk}/"
    made.save(update_fields=["path"])
    return made


def mailbox(
    organisation: Organisation, address: str = "", *, team: Team | None = None, **values: Any
) -> Mailbox:
    """An address that feeds the team's queue."""
    return Mailbox.objects.create(
        organisation=organisation,
        address=address or f"support{next(_numbers)}@assistance.example",
        name="Assistance",
        team=team,
        **values,
    )


def mail(**headers: str) -> EmailMessage:
    """A message with these headers (``_`` for ``-``) and the text ``text``."""
    text = headers.pop("text", "Bonjour.")
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message
