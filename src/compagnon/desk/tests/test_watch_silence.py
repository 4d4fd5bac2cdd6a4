"""An alarm when no mail comes any more: raised once, shown while it lasts, cleared by mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.models import Entry
from compagnon.desk import events, services, silence, tasks
from compagnon.desk.models import InboundMessage
from compagnon.people.tests.factories import Cast, system

MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)  # 10:00 in Paris


def mail(at: datetime, number: int = 1) -> InboundMessage:
    raw = f"Message-ID: <{number}@x.example>\r\nSubject: s\r\n\r\n{number}\r\n"
    return services.receive(actor=system(), raw=raw.encode(), at=at, enqueue=False).inbound


def alarms() -> list[str]:
    rows = Entry.objects.filter(verb__in=[silence.FELL_SILENT, silence.HEARD_AGAIN])
    return list(rows.order_by("id").values_list("verb", flat=True))


@pytest.fixture(autouse=True)
def watched(db: None, settings: Any) -> Any:
    """An operator who wants to know after an hour."""
    settings.MAIL_SILENCE_MINUTES = 60
    settings.MAIL_SILENCE_CALENDAR = ""
    return settings


def test_an_alarm_is_raised_once_and_cleared_once() -> None:
    told: list[events.SilenceEvent] = []
    events.mail_fell_silent.receive(told.append)
    last = mail(MONDAY)
    look = services.watch_silence
    assert look(actor=system(), at=MONDAY + timedelta(minutes=60)) == ""
    assert look(actor=system(), at=MONDAY + timedelta(minutes=61)) == silence.FELL_SILENT
    assert look(actor=system(), at=MONDAY + timedelta(minutes=90)) == ""
    entry = Entry.objects.get(verb=silence.FELL_SILENT)
    assert (entry.object_id, entry.after) == (last.pk, {"minutes": 61, "limit": 60})
    mail(MONDAY + timedelta(minutes=100), 2)
    assert look(actor=system(), at=MONDAY + timedelta(minutes=101)) == silence.HEARD_AGAIN
    assert look(actor=system(), at=MONDAY + timedelta(minutes=102)) == ""
    assert alarms() == [silence.FELL_SILENT, silence.HEARD_AGAIN]


def test_the_event_is_announced(django_capture_on_commit_callbacks: Any) -> None:
    told: list[events.SilenceEvent] = []
    events.mail_fell_silent.receive(told.append)
    mail(MONDAY)
    with django_capture_on_commit_callbacks(execute=True):
        services.watch_silence(actor=system(), at=MONDAY + timedelta(hours=2))
    assert [one.since for one in told] == [MONDAY]


def test_it_falls_silent_again_after_it_was_heard() -> None:
    for number in range(2):
        at = MONDAY + timedelta(hours=5 * number)
        mail(at, number)
        services.watch_silence(actor=system(), at=at)
        services.watch_silence(actor=system(), at=at + timedelta(hours=2))
    assert alarms() == [silence.FELL_SILENT, silence.HEARD_AGAIN, silence.FELL_SILENT]


def test_nothing_is_raised_when_nobody_asked(watched: Any) -> None:
    mail(MONDAY)
    watched.MAIL_SILENCE_MINUTES = 0
    assert services.watch_silence(actor=system(), at=MONDAY + timedelta(days=9)) == ""
    assert silence.read() is None


def test_an_installation_that_never_had_mail_is_not_silent() -> None:
    assert silence.read() is None
    assert services.watch_silence(actor=system()) == ""
    assert alarms() == []


def test_a_night_is_not_counted_when_a_calendar_is_named(watched: Any) -> None:
    contracts.calendar("Bureau", code="office")  # 9 to 12 and 13 to 18 in Paris
    watched.MAIL_SILENCE_CALENDAR = "office"
    mail(MONDAY.replace(hour=16, minute=30))  # 17:30 in Paris
    tuesday = MONDAY + timedelta(days=1)
    found = silence.read(tuesday.replace(hour=8, minute=29))
    assert found is not None
    assert (found.seconds, found.is_alarm) == (59 * 60, False)
    assert services.watch_silence(actor=system(), at=tuesday.replace(hour=8, minute=31))


def test_a_calendar_that_is_not_there_does_not_silence_the_alarm(watched: Any) -> None:
    watched.MAIL_SILENCE_CALENDAR = "nowhere"
    mail(MONDAY)
    found = silence.read(MONDAY + timedelta(hours=2))
    assert found is not None
    assert found.is_alarm


def test_a_person_cannot_raise_it(technician: Actor) -> None:
    with pytest.raises(Refused):
        services.watch_silence(actor=technician)


def test_the_job_raises_it() -> None:
    mail(timezone.now() - timedelta(hours=2))
    tasks.watch_silence()
    tasks.watch_silence()
    assert alarms() == [silence.FELL_SILENT]


def test_pages_metrics_and_doctor_show_it_while_it_lasts(people: Cast, client: Client) -> None:
    from compagnon.config import metrics
    from compagnon.config.diagnosis import mail as doctor

    client.force_login(people.technician.account)
    client.cookies["compagnon_language"] = "en"

    def seen() -> tuple[bool, bool, bool]:
        figures = {one.name: one for one in metrics.mail_figures()}
        return (
            "No mail comes any more" in client.get("/desk/intake/").content.decode(),
            figures["compagnon_inbound_alarm"].samples[0].value == 1,
            "mail-silence" in {one.check for one in doctor.quiet()},
        )

    mail(timezone.now() - timedelta(hours=2))
    assert seen() == (True, True, True)
    answer = client.get("/api/v1/intake/silence").json()
    assert (answer["watched"], answer["alarm"], answer["limit_seconds"]) == (True, True, 3600)
    mail(timezone.now(), 2)
    assert seen() == (False, False, False)


def test_the_api_tells_it_to_who_sees_received_mail_only(people: Cast, client: Client) -> None:
    client.force_login(people.user.account)
    assert client.get("/api/v1/intake/silence").status_code == 403
    client.force_login(people.technician.account)
    assert client.get("/api/v1/intake/silence").json() == {
        "watched": False, "alarm": False, "since": None, "seconds": 0, "limit_seconds": 0,
    }  # fmt: skip
