"""A message with more files than a ticket takes: the ticket says where the others are."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from compagnon.core.actor import Actor, Source
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import Message, Ticket
from compagnon.desk.services.writing import FILES_MAX, TEXT_MAX
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast

LISTENER = Actor.system("listener", source=Source.MAIL)


def opened(people: Cast, text: str, files: int) -> Message:
    factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)
    mail = EmailMessage()
    mail["From"] = "Ursule Petit <ursule@client-a.example>"
    mail["To"] = "support@assistance.example"
    mail["Subject"] = "Photos de la salle"
    mail["Message-ID"] = "<photos@client-a.example>"
    mail.set_content(text)
    for number in range(files):
        name = f"photo-{number}.txt"
        mail.add_attachment(b"%d" % number, maintype="text", subtype="plain", filename=name)
    services.receive(
        actor=LISTENER,
        raw=mail.as_bytes(),
        mail_from="ursule@client-a.example",
        rcpt_to=("support@assistance.example",),
    )
    run_due()
    return Ticket.objects.get().messages.get()


def test_files_beyond_the_limit_are_told(people: Cast) -> None:
    message = opened(people, "Voici.", FILES_MAX + 1)
    assert message.text.startswith("Voici.\n\n(")
    assert str(FILES_MAX) in message.text


def test_nothing_is_said_at_the_limit(people: Cast) -> None:
    assert opened(people, "Voici.", FILES_MAX).text == "Voici."


@pytest.mark.parametrize("length", [TEXT_MAX - 1, TEXT_MAX + 1])
def test_a_long_text_leaves_room_for_it(people: Cast, length: int) -> None:
    text = opened(people, "mot " * (length // 4), FILES_MAX + 1).text
    assert len(text) <= TEXT_MAX
    assert text.count("\n\n(") == 2
