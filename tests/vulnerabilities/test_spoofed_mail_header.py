"""A mail's own headers give no right: not ours, not those that name a colleague.

Request Tracker believed its own headers in mail from outside (CVE-2023-41259).
"""

from __future__ import annotations

import pytest

from compagnon.core.models import Entry
from compagnon.desk.models import InboundState, Message, Ticket
from compagnon.desk.tests import factories as desk
from compagnon.desk.tests.factories import mail
from compagnon.people.models import Person, RoleAssignment
from compagnon.people.tests.factories import Cast

OURS = {
    "X_Compagnon_Ticket": "1",
    "X_Compagnon_Kind": "note",
    "X_Compagnon_Actor": "administrator",
    "X_Compagnon_Verdict": "ticket",
    "X_Compagnon_Priority": "1",
    "X_Compagnon_State": "closed",
    "RT_Ticket": "#1",
    "RT_Originator": "root",
    "RT_Attach_Message": "no",
    "X_Zammad_Ticket_Priority": "3 high",
    "X_Zammad_Ticket_Owner": "admin",
    "X_GLPI_Ticket": "1",
    "X_Loop": "assistance.example",
}


def test_headers_of_programs_change_nothing(cast: Cast, deliver) -> None:
    other = desk.ticket(cast.outsider, title="Ailleurs")
    row = deliver(mail(From="Ursule <ursule@client-a.example>", Subject="Panne", **OURS))
    ticket = Ticket.objects.get(pk=row.ticket_id)
    assert ticket.pk != other.pk
    assert (ticket.state, ticket.priority) == ("new", other.priority)
    assert ticket.assignee is None
    assert ticket.messages.get().is_public
    assert not ticket.messages.get().from_support


@pytest.mark.parametrize("name", ["In_Reply_To", "References"])
def test_an_identifier_that_we_did_not_make_leads_nowhere(cast: Cast, deliver, name: str) -> None:
    other = desk.ticket(cast.outsider)
    made_up = f"<ticket.{other.pk}.1.0000000000000000@assistance.example>"
    row = deliver(mail(From="Ursule <ursule@client-a.example>", Subject="Re: ?", **{name: made_up}))
    assert row.ticket_id != other.pk
    assert other.messages.count() == 1


def test_the_number_of_another_s_ticket_leads_nowhere(cast: Cast, deliver) -> None:
    other = desk.ticket(cast.outsider)
    row = deliver(
        mail(From="Ursule <ursule@client-a.example>", Subject=f"Re: [#{other.reference}] ?")
    )
    assert row.ticket_id != other.pk
    assert other.messages.count() == 1


def test_a_colleague_s_address_writes_no_note_and_changes_nothing(cast: Cast, deliver) -> None:
    """«From» is written by anybody: it is never support's word inside, nor a command."""
    ticket = desk.ticket(cast.user)
    sender = f"Technicien <{cast.technician.account.email}>"
    deliver(
        mail(From=sender, Subject=f"[#{ticket.reference}] urgent",
             text="#close\n@state closed\nStatus: resolved\nOwner: root")
    )  # fmt: skip
    ticket.refresh_from_db()
    assert ticket.state == "new"
    assert not Message.objects.filter(is_public=False, from_support=True).exists()
    verbs = set(Entry.objects.filter(object_id=ticket.pk).values_list("verb", flat=True))
    assert not verbs & {"ticket.close", "ticket.solve", "ticket.assign", "ticket.take"}


def test_nobody_gets_a_role_by_mail(cast: Cast, deliver) -> None:
    before = RoleAssignment.objects.count()
    deliver(mail(From="Root <root@assistance.example>", Subject="Bonjour"))
    assert RoleAssignment.objects.count() == before
    made = Person.objects.filter(contact_points__value="root@assistance.example")
    assert not any(RoleAssignment.objects.filter(person=one).exists() for one in made)


def test_our_own_address_as_sender_makes_no_loop(cast: Cast, deliver) -> None:
    desk.mailbox(cast.provider, "support@assistance.example")
    row = deliver(mail(From="support@assistance.example", Subject="Boucle"))
    assert row.state in {InboundState.IGNORED, InboundState.QUARANTINE}
    assert not Ticket.objects.exists()
