"""Putting on hold with a reason: reminders on working days, then closing; stopping them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from compagnon.contracts.clock.builtin import BUILT_IN
from compagnon.contracts.clock.counting import elapsed
from compagnon.contracts.tests import factories as contract_factories
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.desk import services, tasks, waiting
from compagnon.desk.models import (
    Channel,
    MailEvent,
    OutgoingMail,
    PendingReason,
    Reminded,
    State,
    Ticket,
    Wait,
    WaitReason,
)
from compagnon.desk.outbound import delivery
from compagnon.desk.services import waiting as waiting_services
from compagnon.desk.tests import factories
from compagnon.desk.working_days import after_working_days
from compagnon.people.models import Ease
from compagnon.people.tests.factories import Cast, actor, system

OFFICE = BUILT_IN["fr-office"]
# A Thursday at 16:00 in Paris; Friday 1 May is a public holiday.
THURSDAY = datetime(2026, 4, 30, 14, tzinfo=UTC)


# -- the calendar ---------------------------------------------------------------------------------
def test_days_are_worked_days_at_the_same_hour() -> None:
    assert after_working_days(OFFICE, THURSDAY, 1) == datetime(2026, 5, 4, 14, tzinfo=UTC)
    assert after_working_days(OFFICE, THURSDAY, 2) == datetime(2026, 5, 5, 14, tzinfo=UTC)


def test_outside_the_hours_it_is_the_opening_of_that_day() -> None:
    late = datetime(2026, 5, 4, 20, tzinfo=UTC)
    assert after_working_days(OFFICE, late, 1) == datetime(2026, 5, 5, 7, tzinfo=UTC)


@given(
    st.integers(0, 366 * 24).map(lambda hours: THURSDAY + timedelta(hours=hours)),
    st.integers(1, 30),
)
def test_later_days_are_later_and_always_open(start: datetime, days: int) -> None:
    found, following = (after_working_days(OFFICE, start, n) for n in (days, days + 1))
    assert found is not None
    assert following is not None
    assert start < found < following
    assert elapsed(OFFICE, found, found + timedelta(seconds=1)) == 1


# -- the schedule ---------------------------------------------------------------------------------
@pytest.fixture
def contract(people: Cast) -> Any:
    return contract_factories.contract(
        people.client_a, calendar_=contract_factories.calendar(), targets={"resolution": 36000}
    )


def hold(who: Actor, ticket: Ticket, code: str = "waiting_user", **more: Any) -> Wait:
    services.pend(actor=who, ticket_id=ticket.pk, reason=waiting.chosen(code), at=THURSDAY, **more)
    return Wait.objects.get(ticket=ticket, ended_at=None)


def due(wait: Wait) -> Wait:
    """Send what is next of a wait, at its moment."""
    wait.refresh_from_db()
    assert wait.next_at is not None
    return services.remind(actor=system(), wait_id=wait.pk, at=wait.next_at)


def letters(ticket: Ticket, event: MailEvent) -> list[OutgoingMail]:
    return list(ticket.outgoing.filter(event=event).order_by("id"))


def test_a_user_is_reminded_twice_then_the_ticket_closes(
    technician: Actor, ticket: Ticket, contract: Any
) -> None:
    wait = hold(technician, ticket)
    assert wait.next_at == datetime(2026, 5, 5, 14, tzinfo=UTC)
    assert wait.closes_at == datetime(2026, 5, 19, 14, tzinfo=UTC)
    due(wait)
    due(wait)
    wait.refresh_from_db()
    assert (wait.reminded, wait.closes_next) == (2, True)
    assert len(letters(ticket, MailEvent.REMINDER)) == 2
    due(wait)
    ticket.refresh_from_db()
    wait.refresh_from_db()
    assert (ticket.state, ticket.pending_reason, ticket.wait_reason_id) == (State.CLOSED, "", None)
    assert wait.ended_at is not None
    said = [entry.verb for entry in journal.history(ticket).order_by("id")]
    assert said[-3:] == ["ticket.remind", "ticket.remind", "ticket.close_unanswered"]
    (closing,) = letters(ticket, MailEvent.CLOSING)
    text = delivery.write(closing).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Nous n’avons pas eu de réponse" in text


def test_the_closed_ticket_opens_again_when_the_user_answers_at_last(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    wait = hold(technician, ticket)
    for _time in range(3):
        due(wait)
    wait.refresh_from_db()
    assert wait.ended_at is not None
    services.hear_from_user(
        actor=system(), ticket_id=ticket.pk, text="Pardon, j’étais absente. C’est encore en panne.",
        author_id=people.user.pk, channel=Channel.MAIL, at=wait.ended_at + timedelta(hours=1),
    )  # fmt: skip
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_a_reminder_is_sent_once_however_often_it_is_tried(
    technician: Actor, ticket: Ticket
) -> None:
    wait = hold(technician, ticket)
    moment = wait.next_at
    due(wait)
    with pytest.raises(Conflict):
        services.remind(actor=system(), wait_id=wait.pk, at=moment)
    assert len(letters(ticket, MailEvent.REMINDER)) == 1


def test_a_crash_in_the_middle_leaves_nothing_and_it_is_sent_next_time(
    technician: Actor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = hold(technician, ticket)

    def killed(**_values: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(waiting_services, "apply", killed)
        with pytest.raises(KeyboardInterrupt):
            due(wait)
    wait.refresh_from_db()
    assert (wait.reminded, letters(ticket, MailEvent.REMINDER)) == (0, [])
    due(wait)
    assert len(letters(ticket, MailEvent.REMINDER)) == 1


def test_the_job_sends_what_is_due_and_nothing_twice(technician: Actor, ticket: Ticket) -> None:
    wait = hold(technician, ticket)
    assert wait.next_at is not None
    # Long due: one leaves, and the next waits a working day although it is late as well.
    tasks.send_reminders()
    tasks.send_reminders()
    wait.refresh_from_db()
    assert wait.reminded == 1
    assert wait.next_at is not None
    assert wait.next_at > datetime.now(UTC)
    assert len(letters(ticket, MailEvent.REMINDER)) == 1


def test_the_letter_says_what_was_asked_until_when_in_the_reader_s_language(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.reply(actor=technician, ticket_id=ticket.pk, text="Quel est le **modèle** ?")
    for language, ease, words in (
        ("fr", Ease.NOVICE, "Écrivez simplement votre réponse"),
        ("en", Ease.USUAL, "closes by itself on"),
    ):
        people.user.language, people.user.ease = language, ease
        people.user.save()
        wait = hold(technician, Ticket.objects.get(pk=ticket.pk))
        due(wait)
        mail = letters(ticket, MailEvent.REMINDER)[-1]
        written = delivery.write(mail)
        text = written.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "Quel est le modèle ?" in text.replace("\u202f", " ")
        assert words in text
        assert "2026" in text
        assert written["Auto-Submitted"] in {"auto-generated", "auto-replied"}


def test_an_answer_of_the_user_takes_it_off_hold(
    user: Actor, technician: Actor, ticket: Ticket
) -> None:
    wait = hold(technician, ticket)
    services.reply(actor=user, ticket_id=ticket.pk, text="C’est le modèle B.")
    ticket.refresh_from_db()
    wait.refresh_from_db()
    assert ticket.state == State.OPEN
    assert wait.ended_at is not None
    with pytest.raises(Conflict):
        services.remind(actor=system(), wait_id=wait.pk, at=wait.next_at)


def test_a_reason_of_the_administrator_waits_for_the_user_too(
    user: Actor, technician: Actor, ticket: Ticket
) -> None:
    WaitReason.objects.create(
        code="parts", name="Pièces", base=PendingReason.OTHER, reminds=Reminded.USER,
        remind_after="1", close_after=3,
    )  # fmt: skip
    hold(technician, ticket, "parts")
    ticket.refresh_from_db()
    assert (ticket.pending_reason, str(ticket.wait_reason)) == ("other", "Pièces")
    services.reply(actor=user, ticket_id=ticket.pk, text="Reçues.")
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_waiting_for_a_supplier_reminds_the_technician(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    wait = hold(technician, ticket, "waiting_supplier")
    due(wait)
    (mail,) = letters(ticket, MailEvent.REMINDER)
    assert mail.person == people.technician
    # What the user writes meanwhile does not end it.
    services.reply(actor=user, ticket_id=ticket.pk, text="Des nouvelles ?")
    ticket.refresh_from_db()
    assert ticket.state == State.PENDING


def test_nobody_is_reminded_once_stopped(technician: Actor, ticket: Ticket) -> None:
    wait = hold(technician, ticket)
    services.stop_reminders(actor=technician, ticket_id=ticket.pk)
    with pytest.raises(Conflict):
        services.remind(actor=system(), wait_id=wait.pk, at=THURSDAY + timedelta(days=40))
    with pytest.raises(Conflict):
        services.stop_reminders(actor=technician, ticket_id=ticket.pk)
    ticket.refresh_from_db()
    assert ticket.state == State.PENDING


def test_a_merge_undone_waits_again(people: Cast, technician: Actor, ticket: Ticket) -> None:
    hold(technician, ticket)
    other = factories.ticket(people.user)
    services.merge_tickets(actor=system(), ticket_id=ticket.pk, into_id=other.pk)
    assert not Wait.objects.filter(ended_at=None).exists()
    services.unmerge_ticket(actor=system(), ticket_id=ticket.pk)
    assert Wait.objects.filter(ended_at=None).get().words == "En attente de l’utilisateur"


def test_refusals(people: Cast, user: Actor, outsider: Actor, ticket: Ticket) -> None:
    wait = hold(system(), ticket)
    with pytest.raises(Refused):
        services.remind(actor=actor(people.technician), wait_id=wait.pk)
    with pytest.raises(Refused):
        services.stop_reminders(actor=user, ticket_id=ticket.pk)
    with pytest.raises(NotFound):
        services.stop_reminders(actor=outsider, ticket_id=ticket.pk)
    with pytest.raises(Invalid):
        waiting.chosen("nothing_of_the_kind")


@pytest.mark.parametrize(
    "values",
    [
        {"remind_after": "5", "close_after": 5},
        {"remind_after": "", "close_after": 5},
        {"remind_after": "1, 2, 3, 4, 5, 6, 7"},
        {"remind_after": "deux"},
        {"remind_after": "2", "close_after": 5, "reminds": "technician"},
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(people: Cast, values: dict[str, Any]) -> None:
    client = browser(people)
    body = {"code": "odd", "name": "Autre", "reminds": "user", "base": "other"} | values
    answer = client.post("/api/v1/wait-reasons", body, content_type="application/json")
    assert answer.status_code == 422, answer.content


# -- pages and API --------------------------------------------------------------------------------
def browser(people: Cast, who: str = "administrator") -> Client:
    client = Client()
    client.force_login(getattr(people, who).account)
    client.cookies["compagnon_language"] = "en"
    return client


def test_the_page_says_when_the_next_leaves_and_stops_it(people: Cast, ticket: Ticket) -> None:
    client = browser(people, "technician")
    page = client.post(
        f"/desk/tickets/{ticket.pk}/do/pend/", {"reason": "waiting_user", "note": ""}, follow=True
    ).content.decode()
    assert "Next reminder" in page
    listed = client.get("/desk/waiting/").content.decode()
    assert ticket.title in listed
    stopped = client.post(f"/desk/waiting/{ticket.pk}/stop/", {"from": "list"}, follow=True)
    assert "No more reminder leaves" in stopped.content.decode()
    assert "stopped" in stopped.content.decode()


def test_the_same_by_api(people: Cast, ticket: Ticket) -> None:
    client = browser(people, "technician")
    address = f"/api/v1/tickets/{ticket.pk}"
    assert client.get(f"{address}/wait").status_code == 404
    made = client.post(
        f"{address}/pend", {"reason": "waiting_change"}, content_type="application/json"
    )
    assert made.json()["wait_reason"]["name"] == "Waiting for a change"
    assert client.get(f"{address}/wait").json()["reminds"] == "technician"
    assert [one["ticket_id"] for one in client.get("/api/v1/waits").json()["items"]] == [ticket.pk]
    stopped = client.post(f"{address}/stop-reminders", content_type="application/json")
    assert stopped.json()["next_at"] is None
    wrong = client.post(f"{address}/pend", {"reason": "nope"}, content_type="application/json")
    assert wrong.status_code == 422
