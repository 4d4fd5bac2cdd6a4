"""The plain form of mail reads right: no mark of Markdown, no button that is not there."""

from __future__ import annotations

import pytest

from compagnon.core.actor import Actor
from compagnon.desk import services
from compagnon.desk.models import Message, OutgoingMail, Ticket
from compagnon.desk.outbound.words import letter
from compagnon.people.models import Ease
from compagnon.people.tests.factories import Cast

WRITTEN = "**Voici** :\n\n1. ouvrez `services.msc`\n2. [le guide](https://x.example/g)"
READ = "Voici :\n\n1. ouvrez services.msc\n2. le guide (https://x.example/g)"


@pytest.fixture
def solution(people: Cast, technician: Actor, ticket: Ticket) -> OutgoingMail:
    people.user.ease = Ease.NOVICE
    people.user.save(update_fields=["ease"])
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text=WRITTEN)
    return OutgoingMail.objects.get(ticket=ticket, event="solution")


@pytest.mark.parametrize(
    ("language", "button", "address"),
    [
        ("fr", "Le bouton ci-dessous", "L’adresse ci-dessous"),
        ("en", "The button below", "The address below"),
    ],
)
def test_a_solution(solution: OutgoingMail, language: str, button: str, address: str) -> None:
    solution.language = language
    told = letter(solution)
    plain, html = told.text("Assistance"), told.html("Assistance")
    assert READ in plain
    assert "**" not in plain
    assert address in plain
    assert button not in plain
    assert button in html
    assert address not in html
    assert "<strong>Voici</strong>" in html
    assert told.link in plain


def test_an_answer(technician: Actor, ticket: Ticket) -> None:
    services.reply(actor=technician, ticket_id=ticket.pk, text=WRITTEN)
    assert READ in letter(OutgoingMail.objects.get(event="message")).text("")


def test_what_was_written_by_mail_is_no_markdown(technician: Actor, ticket: Ticket) -> None:
    services.reply(actor=technician, ticket_id=ticket.pk, text="5 * 3 * 2 = **30**")
    Message.objects.filter(kind="reply").update(channel="mail")
    assert "5 * 3 * 2 = **30**" in letter(OutgoingMail.objects.get(event="message")).text("")
