"""A line break in what somebody typed begins no header: of mail, of an answer, of a file's name."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from compagnon.core import files
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import Attachment, Mailbox, OutgoingMail
from compagnon.desk.tests import factories as desk
from compagnon.people.models import Person
from compagnon.people.tests.factories import Cast, actor

BREAKS = ("\r\nBcc: evil@x.example", "\nBcc: evil@x.example", "\rBcc: evil@x.example",
          "\u2028Bcc: evil@x.example", "\x85Bcc: evil@x.example", "\x0bBcc: evil@x.example",
          "=?utf-8?q?=0D=0ABcc:_evil@x.example?=")  # fmt: skip


@pytest.mark.parametrize("end", BREAKS)
def test_mail_that_leaves(cast: Cast, sent, end: str) -> None:
    Person.objects.filter(pk=cast.user.pk).update(first_name=f"Ursule{end}"[:80])
    desk.mailbox(cast.provider, "support@assistance.example")
    Mailbox.objects.update(name=f"Assistance{end}"[:80])
    ticket = desk.ticket(cast.user, title=f"Panne{end}", mailbox=Mailbox.objects.get())
    services.reply(actor=actor(cast.technician), ticket_id=ticket.pk, text=f"Bonjour{end}")
    run_due()
    left = sent()
    assert left
    for message in left:
        assert message["Bcc"] is None
        assert "evil@x.example" not in str(message["To"].addresses[0].addr_spec)
        assert len(message["To"].addresses) == 1
        assert not set("".join(map(str, message.values()))) & set("\r\n")
    assert {one.recipient for one in OutgoingMail.objects.all()} == {"ursule@client-a.example"}


@pytest.mark.parametrize("end", BREAKS)
def test_names_of_files(cast: Cast, client: Client, end: str) -> None:
    name = files.clean_name(f"note{end}.txt")
    assert not set(name) & set("\r\n\x0b\x85\u2028")
    ticket = desk.ticket(cast.user)
    client.force_login(cast.user.account)
    client.post(
        reverse("desk:act", args=[ticket.pk, "reply"]),
        {"text": "voici", "attachments": SimpleUploadedFile(f"note{end}.txt", b"x")},
    )
    for row in Attachment.objects.all():
        answer = client.get(reverse("desk:attachment", args=[row.pk]))
        assert "Bcc" not in answer
        assert "\n" not in answer["Content-Disposition"]


@pytest.mark.parametrize("end", BREAKS)
def test_answers(cast: Cast, client: Client, end: str) -> None:
    client.force_login(cast.technician.account)
    for address in (f"/desk/queue/?q=x{end}", f"/people/persons/?sort={end}", f"/desk/{end}"):
        answer = client.get(address)
        assert answer.status_code < 500
        assert "Bcc" not in answer
    answer = Client().post(
        reverse("account_login"), {"login": f"a{end}", "password": "x", "next": end}
    )
    assert "Bcc" not in answer
