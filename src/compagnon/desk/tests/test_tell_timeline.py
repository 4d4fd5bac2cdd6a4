"""The timeline: what happened told once, in words, the long folded, to each what is theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from compagnon.core.actor import Actor
from compagnon.desk import queries, services, timeline
from compagnon.desk.models import Impact, PendingReason, Ticket, Urgency
from compagnon.desk.services.writing import Upload
from compagnon.desk.stories import Told
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 7000


@pytest.fixture(autouse=True)
def in_english() -> object:
    """Told in English."""
    with translation.override("en"):
        yield


def told(actor: Actor, ticket: Ticket, *, support: bool = True) -> list[Told]:
    return timeline.tell(queries.timeline(actor, ticket), support=support)


def verbs(lines: list[Told]) -> list[str]:
    return [line.verb for line in lines if line.kind == "entry"]


def test_what_is_done_again_within_minutes_is_told_once(ticket: Ticket, technician: Actor) -> None:
    now = timezone.now()
    services.qualify(actor=technician, ticket_id=ticket.pk, impact=Impact.HIGH, at=now)
    services.qualify(
        actor=technician, ticket_id=ticket.pk, urgency=Urgency.HIGH, at=now + timedelta(minutes=5)
    )
    services.qualify(
        actor=technician, ticket_id=ticket.pk, impact=Impact.LOW, urgency=Urgency.MEDIUM,
        title="Autre", at=now + timedelta(minutes=10),
    )  # fmt: skip
    (line,) = [one for one in told(technician, ticket) if one.verb == "ticket.qualify"]
    assert line.times == 3
    # Only what differs in the end; impact, urgency and priority are as they were.
    assert [change.key for change in line.changes] == ["title"]


def test_after_a_while_it_is_another_thing(ticket: Ticket, technician: Actor) -> None:
    now = timezone.now()
    for minutes, title in ((0, "Un"), (16, "Deux")):
        at = now + timedelta(minutes=minutes)
        services.qualify(actor=technician, ticket_id=ticket.pk, title=title, at=at)
    assert verbs(told(technician, ticket)) == ["ticket.qualify", "ticket.qualify"]


def test_two_people_are_told_apart(ticket: Ticket, technician: Actor, expert: Actor) -> None:
    for actor, title in ((technician, "Un"), (expert, "Deux")):
        services.qualify(actor=actor, ticket_id=ticket.pk, title=title)
    assert len(verbs(told(technician, ticket))) == 2


def test_a_handing_over_stands_on_its_own_message(
    ticket: Ticket, people: Cast, technician: Actor
) -> None:
    services.escalate(
        actor=technician, ticket_id=ticket.pk, to_team=people.level_2, reason="Pilote",
        tried="Redémarrage",
    )  # fmt: skip
    lines = told(technician, ticket)
    assert "ticket.escalate" not in verbs(lines)
    message = lines[-1]
    assert message.words == "escalated the ticket"
    assert {change.key: str(change.after) for change in message.changes}["team_id"] == str(
        people.level_2
    )


def test_a_user_is_told_no_field(ticket: Ticket, technician: Actor, user: Actor) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    services.qualify(actor=technician, ticket_id=ticket.pk, title="Autre")
    services.propose_solution(actor=technician, ticket_id=ticket.pk, text="Fait.")
    lines = told(user, ticket, support=False)
    assert verbs(lines) == ["ticket.take"]
    assert all(line.changes == () for line in lines)
    assert lines[-1].words == "proposed a solution"


def test_a_wait_is_told_with_its_end_and_its_reason(ticket: Ticket, technician: Actor) -> None:
    until = timezone.now() + timedelta(days=1)
    services.pend(actor=technician, ticket_id=ticket.pk, reason=PendingReason.USER, until=until)
    services.resume(actor=technician, ticket_id=ticket.pk)
    pended, resumed = told(technician, ticket)[-2:]
    said = {change.key: change.after_words for change in pended.changes}
    assert said["pending_reason"] == "waiting for the user"
    assert str(until.year) in said["pending_until"]
    assert not said["pending_until"].endswith("Z")
    assert [change.key for change in resumed.changes] == ["state"]


def test_long_texts_are_folded_and_short_ones_are_not(people: Cast, technician: Actor) -> None:
    long = factories.ticket(people.user, text="\n".join(str(n) for n in range(60)))
    wide = factories.ticket(people.user, text="mot " * 2000)
    short = factories.ticket(people.user, text="court")
    assert [told(technician, one)[0].lines > 0 for one in (long, wide, short)] == [
        True, True, False,
    ]  # fmt: skip


def test_pictures_are_shown_and_the_rest_is_listed(people: Cast, technician: Actor) -> None:
    ticket = factories.ticket(
        people.user,
        uploads=[
            Upload("photo.png", PNG),
            Upload("trace.txt", b"trace"),
            Upload("logo.png", PNG[:200], content_id="1@x", is_inline=True),
            Upload("photo-au-milieu.png", PNG + b"1", content_id="2@x", is_inline=True),
        ],
    )
    line = told(technician, ticket)[0]
    assert [one.name for one in line.pictures] == ["photo.png", "photo-au-milieu.png"]
    assert [one.name for one in line.files] == ["trace.txt"]


def test_a_personal_text_is_said_to_have_changed_and_no_more(
    ticket: Ticket, technician: Actor
) -> None:
    services.qualify(actor=technician, ticket_id=ticket.pk, affected_item="PC de Zoé")
    (line,) = [one for one in told(technician, ticket) if one.verb == "ticket.qualify"]
    assert [(one.key, one.after_words) for one in line.changes] == [("affected_item", "changed")]
