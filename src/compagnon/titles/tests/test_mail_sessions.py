"""Summons, changes, cancellations and results by mail, through the way that mail really leaves."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from compagnon.core.errors import Conflict, Refused
from compagnon.core.tasks.worker import run_due
from compagnon.core.visibility import visible
from compagnon.people.models import ContactPoint
from compagnon.people.tests import factories as people
from compagnon.titles.models import SessionMail
from compagnon.titles.services import results, session_mail, sessions, summoning
from compagnon.titles.tests import attesting
from compagnon.titles.tests import test_hold_session as hold
from compagnon.titles.tests.test_bring_out_minutes import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(tmp_path: Path, settings: Any) -> Path:
    """The way of sending of a demonstration: a folder of mails."""
    settings.EMAIL_BACKEND = "compagnon.config.mail.Backend"
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"
    return tmp_path / "sink"


def sent(sink: Path) -> list[EmailMessage]:
    """What left, in order."""
    run_due()
    box = mailbox.Maildir(sink, factory=None)
    found = [box.get_message(key) for key in sorted(box.keys())]

    def parsed(message: Message) -> EmailMessage:
        from email import message_from_bytes

        return message_from_bytes(message.as_bytes(), policy=default)

    return [parsed(message) for message in found]


def ready(**made: Any) -> hold.Day:
    """A session to summon, whose people have addresses; the candidate reads English."""
    day = hold.prepared(**made)
    candidate = day.candidacies[0].person
    candidate.language = "en"
    candidate.save(update_fields=["language"])
    persons = [candidate, *(one.juror.person for one in day.session.jury.all())]
    for number, person in enumerate(persons):
        ContactPoint.objects.filter(person=person).delete()
        ContactPoint.objects.create(
            person=person, kind="email", value=f"qui{number}-{day.session.pk}@exemple.fr",
            is_primary=True,
        )  # fmt: skip
    return day


def calendar(message: EmailMessage) -> Any:
    """The event of a mail, and what is asked of the calendar."""
    (part,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    found = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(found["method"])
    return found.walk("VEVENT")[0], str(found["method"])


def test_everybody_is_summoned_with_paper_and_calendar(sink: Path) -> None:
    day = ready()
    summoning.summon(actor=day.secretary, session_id=day.session.pk, at=hold.SUMMONED)
    mails = sent(sink)
    assert len(mails) == 4
    mine = next(one for one in mails if one["To"].startswith("qui0"))
    assert mine["Subject"] == f"Summons to session {day.session.reference}"
    event, method = calendar(mine)
    slots = list(day.session.sittings.get().slots.all())
    assert (method, int(event["sequence"])) == ("REQUEST", 0)
    assert event.decoded("dtstart") == slots[0].starts_at
    assert event.decoded("dtend") == slots[-1].ends_at
    (paper,) = [one for one in mine.walk() if one.get_content_type() == "application/pdf"]
    assert "piece of identity" in pdf(paper.get_content())[1]
    juror = next(one for one in mails if one["To"].startswith("qui1"))
    assert juror["Subject"].startswith("Convocation à la session")
    assert calendar(juror)[0].decoded("dtstart") == hold.STARTS
    assert set(SessionMail.objects.values_list("state", flat=True)) == {"sent"}
    assert len(sent(sink)) == 4  # nothing leaves twice


def test_a_change_and_a_cancellation_are_the_same_event(sink: Path) -> None:
    day = ready()
    summoning.summon(actor=day.secretary, session_id=day.session.pk, at=hold.SUMMONED)
    summoning.set_timetable(
        actor=day.secretary, session_id=day.session.pk, parts=hold.PARTS, pause_minutes=30
    )
    sessions.cancel_session(actor=day.secretary, session_id=day.session.pk)
    events = [calendar(one) for one in sent(sink) if one["To"].startswith("qui0")]
    assert len({str(event["uid"]) for event, _method in events}) == 1
    assert sorted((int(event["sequence"]), method) for event, method in events) == [
        (0, "REQUEST"), (1, "REQUEST"), (2, "CANCEL"),
    ]  # fmt: skip


def test_a_session_that_nobody_was_summoned_to_is_cancelled_in_silence(sink: Path) -> None:
    day = ready()
    sessions.cancel_session(actor=day.secretary, session_id=day.session.pk)
    assert not SessionMail.objects.exists()


def test_results_come_with_the_minutes_and_nobody_elses_vote(sink: Path) -> None:
    day = ready()
    hold.held(day)
    hold.opinions(day)
    hold.voted(day, True, True, False)
    made = hold.written(day)
    hold.signed_by_all(day, made)
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    results.notify_results(actor=day.secretary, session_id=day.session.pk)
    (told,) = [one for one in sent(sink) if one["Subject"].startswith("Results")]
    body = told.get_body(("plain",))
    assert body is not None
    assert "granted" in body.get_content()
    (paper,) = [one for one in told.walk() if one.get_content_type() == "application/pdf"]
    reader, text = pdf(paper.get_content())
    assert made.number in text
    assert not reader.attachments
    with pytest.raises(Conflict):
        results.notify_results(actor=day.secretary, session_id=day.session.pk)


def test_what_does_not_leave_is_told_and_tried_again(sink: Path, settings: Any) -> None:
    day = ready()
    ContactPoint.objects.filter(value__startswith="qui1").delete()
    settings.MAIL_URL = "none"
    summoning.summon(actor=day.secretary, session_id=day.session.pk, at=hold.SUMMONED)
    assert sent(sink) == []
    assert set(SessionMail.objects.values_list("state", flat=True)) == {"failed"}
    row = SessionMail.objects.get(as_juror=False)
    assert row.attempts == 1
    assert row.error
    none = SessionMail.objects.get(address="")
    with pytest.raises(Conflict):
        session_mail.retry_mail(actor=day.secretary, mail_id=none.pk)
    candidate = people.actor(day.candidacies[0].person)
    assert list(visible(SessionMail, candidate)) == [row]
    with pytest.raises(Refused):
        session_mail.retry_mail(actor=candidate, mail_id=row.pk)

    settings.MAIL_URL = f"maildir://{sink}"
    session_mail.retry_mail(actor=day.secretary, mail_id=row.pk)
    assert len(sent(sink)) == 1
    row.refresh_from_db()
    assert (row.state, row.error, row.attempts) == ("sent", "", 2)
    with pytest.raises(Conflict):
        session_mail.retry_mail(actor=day.secretary, mail_id=row.pk)


def test_by_page_and_by_api(sink: Path, client: Client, settings: Any) -> None:
    day = ready()
    settings.MAIL_URL = "none"
    summoning.summon(actor=day.secretary, session_id=day.session.pk, at=hold.SUMMONED)
    run_due()
    secretary = day.centre.secretary
    people.account(secretary)
    people.grant(secretary, people.role(verbs={"token.manage"}), day.centre.organisation)
    client.force_login(secretary.account)
    row = SessionMail.objects.get(as_juror=False)
    page = client.get(f"/titles/sessions/{day.session.pk}/outcome/").content.decode()
    assert row.address in page
    assert client.get(f"/titles/session-mail/{row.pk}/file/").content[:5] == b"%PDF-"
    assert b"METHOD:REQUEST" in client.get(f"/titles/session-mail/{row.pk}/calendar/").content
    settings.MAIL_URL = f"maildir://{sink}"
    assert client.post(f"/titles/session-mail/{row.pk}/retry/").status_code == 302
    assert len(sent(sink)) == 1

    program = attesting.api_client(secretary)
    told = program.get(f"/api/v1/sessions/{day.session.pk}/mails?state=failed").json()
    assert len(told["items"]) == 3
    other = told["items"][0]["id"]
    assert program.post(f"/api/v1/session-mails/{other}/retry").json()["state"] == "waiting"
    assert program.post(f"/api/v1/session-mails/{row.pk}/retry").status_code == 409
    assert program.get(f"/api/v1/session-mails/{other}/file").content[:5] == b"%PDF-"
    assert b"BEGIN:VEVENT" in program.get(f"/api/v1/session-mails/{other}/calendar").content
