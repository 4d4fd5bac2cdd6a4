"""Opening a ticket."""

from __future__ import annotations

import pytest

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused, SignInNeeded, TooLarge
from compagnon.desk import services
from compagnon.desk.models import (
    Channel,
    Impact,
    MailEvent,
    MessageKind,
    OrganisationRules,
    OutgoingMail,
    State,
    Ticket,
    Urgency,
)
from compagnon.desk.services.writing import Upload
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, site

TEXT = "Depuis ce matin, l’imprimante du deuxième étage affiche « hors ligne »."


def test_a_technician_opens_for_a_user_who_phones(people: Cast, technician: Actor) -> None:
    ticket = services.open_ticket(
        actor=technician,
        requester=people.user,
        title="  Imprimante   hors ligne ",
        text=TEXT,
        channel=Channel.PHONE,
        impact=Impact.MEDIUM,
        urgency=Urgency.HIGH,
    )
    ticket.refresh_from_db()
    assert ticket.title == "Imprimante hors ligne"
    assert (ticket.state, ticket.priority, ticket.version) == (State.NEW, 2, 1)
    assert ticket.organisation == people.client_a
    assert ticket.site == people.site_a
    assert ticket.reference == f"{ticket.pk:06d}"
    message = ticket.messages.get()
    assert (message.kind, message.text, message.author) == (
        MessageKind.DESCRIPTION,
        TEXT,
        people.user,
    )
    entry = journal.history(ticket).get()
    assert (entry.verb, entry.actor_id) == ("ticket.open", people.technician.pk)
    assert entry.organisation_id == people.client_a.pk
    assert entry.after["priority"] == 2


def test_the_journal_holds_no_personal_text(people: Cast, technician: Actor) -> None:
    ticket = services.open_ticket(
        actor=technician, requester=people.user, title="Secret de Polichinelle", text=TEXT
    )
    assert "Polichinelle" not in str(journal.history(ticket).get().after)


def test_a_user_opens_for_themselves_and_for_a_colleague(people: Cast, user: Actor) -> None:
    own = services.open_ticket(actor=user, requester=people.user, title="Écran", text=TEXT)
    other = services.open_ticket(
        actor=user, requester=people.user, beneficiary=people.colleague, title="Écran", text=TEXT
    )
    assert own.beneficiary == people.user
    assert other.beneficiary == people.colleague


def test_the_requester_is_acknowledged_once_per_address(people: Cast, user: Actor) -> None:
    ticket = services.open_ticket(
        actor=user, requester=people.user, beneficiary=people.colleague, title="Écran", text=TEXT
    )
    mails = OutgoingMail.objects.filter(ticket=ticket, event=MailEvent.ACKNOWLEDGEMENT)
    assert {mail.recipient for mail in mails} == {
        "ursule@client-a.example",
        "colin@client-a.example",
    }


def test_an_address_that_answers_each_acknowledgement_is_no_longer_acknowledged(
    people: Cast, user: Actor
) -> None:
    for _ in range(22):
        services.open_ticket(
            actor=user, requester=people.user, title="Boucle", text=TEXT, channel=Channel.MAIL
        )
    states = list(OutgoingMail.objects.order_by("id").values_list("state", flat=True))
    assert states[:20] == ["waiting"] * 20
    assert states[20:] == ["suppressed"] * 2


def test_the_category_and_the_mailbox_say_which_team_answers(
    people: Cast, technician: Actor
) -> None:
    category = factories.category("Réseau", team=people.level_2)
    mailbox = factories.mailbox(people.provider, team=people.level_1)
    by_mail = factories.ticket(people.user, mailbox=mailbox)
    about_network = factories.ticket(people.user, mailbox=mailbox, category=category)
    assert by_mail.team == people.level_1
    assert about_network.team == people.level_2


def test_the_matrix_of_the_nearest_organisation_applies(people: Cast) -> None:
    OrganisationRules.objects.create(
        organisation=people.provider, matrix=[[1, 1, 1], [1, 1, 1], [1, 1, 1]]
    )
    assert factories.ticket(people.user).priority == 1
    OrganisationRules.objects.create(
        organisation=people.client_a, matrix=[[2, 2, 2], [2, 2, 2], [2, 2, 2]]
    )
    assert factories.ticket(people.user).priority == 2
    assert factories.ticket(people.outsider).priority == 1


def test_files_are_kept_under_a_clean_name(people: Cast, user: Actor) -> None:
    ticket = services.open_ticket(
        actor=user,
        requester=people.user,
        title="Capture",
        text=TEXT,
        uploads=[Upload("../../etc/pass\nwd.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)],
    )
    attachment = ticket.attachments.get()
    assert "/" not in attachment.name
    assert "\n" not in attachment.name
    assert attachment.file.size == 48


def test_a_title_is_one_line_that_nothing_turns_round(people: Cast, user: Actor) -> None:
    opened = services.open_ticket(
        actor=user,
        requester=people.user,
        title="Facture \u202efdp.exe\x00\n  مرحبا",
        text="x",
    )
    assert opened.title == "Facture fdp.exe مرحبا"


def test_a_user_does_not_open_for_somebody_else(people: Cast, user: Actor) -> None:
    with pytest.raises(Refused):
        services.open_ticket(actor=user, requester=people.colleague, title="Écran", text=TEXT)


def test_a_user_does_not_open_on_another_organisation(people: Cast, user: Actor) -> None:
    with pytest.raises(Refused):
        services.open_ticket(
            actor=user, requester=people.user, beneficiary=people.outsider, title="X", text=TEXT
        )
    assert not Ticket.objects.exists()


def test_nobody_does_not_open(people: Cast) -> None:
    with pytest.raises(SignInNeeded):
        services.open_ticket(
            actor=Actor.anonymous(), requester=people.user, title="Écran", text=TEXT
        )


@pytest.mark.parametrize(("title", "text"), [("  ", TEXT), ("Écran", " \x00\n ")])
def test_a_request_needs_words(people: Cast, user: Actor, title: str, text: str) -> None:
    with pytest.raises(Invalid):
        services.open_ticket(actor=user, requester=people.user, title=title, text=text)
    assert not Ticket.objects.exists()


def test_a_text_has_its_limit(people: Cast, user: Actor) -> None:
    with pytest.raises(TooLarge):
        services.open_ticket(actor=user, requester=people.user, title="Long", text="a" * 100_001)


def test_the_site_is_the_beneficiary_s(people: Cast, user: Actor) -> None:
    people.colleague.site = site(people.client_a, "Agence")
    people.colleague.save()
    ticket = services.open_ticket(
        actor=user, requester=people.user, beneficiary=people.colleague, title="X", text=TEXT
    )
    assert ticket.site == people.colleague.site
