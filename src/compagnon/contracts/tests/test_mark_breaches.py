"""Promises that time alone breaks are found once, by batches, and announced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compagnon.contracts import events
from compagnon.contracts.models import Clock
from compagnon.contracts.services import breaches, clocks
from compagnon.contracts.subjects import Breach, Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor
from compagnon.core.models import Entry

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("clock")
HOUR = 3600
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def client_id() -> int:
    around = factories.calendar(always_open=True)
    made = factories.contract(calendar_=around, targets={"resolution": 4 * HOUR})
    assert made.client_id
    return made.client_id


def opened(client_id: int, key: int = 1) -> Subject:
    of = Subject("ticket", key, client_id)
    facts = Facts(3, "", None, None, "incident")
    clocks.start(actor=ACTOR, subject=of, facts=facts, at=MONDAY)
    return of


def mark(hours: float) -> breaches.Marked:
    return breaches.mark(actor=ACTOR, now=MONDAY + timedelta(hours=hours))


def test_nothing_before_its_time(client_id: int) -> None:
    opened(client_id)
    assert mark(2.9) == breaches.Marked(0, 0)


def test_at_risk_once_then_breached_once(
    client_id: int, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[tuple[str, Breach]] = []
    at_risk = events.commitment_at_risk.receive(lambda each: told.append(("risk", each)))
    breached = events.commitment_breached.receive(lambda each: told.append(("breach", each)))
    of = opened(client_id)
    with django_capture_on_commit_callbacks(execute=True):
        assert mark(3) == breaches.Marked(0, 1)
        assert mark(3.5) == breaches.Marked(0, 0)
        assert mark(4.5) == breaches.Marked(1, 0)
        assert mark(5) == breaches.Marked(0, 0)
    assert [(kind, each.subject) for kind, each in told] == [("risk", of), ("breach", of)]
    clock = Clock.objects.get()
    assert clock.breached_at == MONDAY + timedelta(hours=4)
    (entry,) = Entry.objects.filter(verb="commitment.breach")
    assert (entry.object_id, entry.occurred_at) == (clock.pk, clock.breached_at)
    assert entry.organisation_id == client_id
    events.commitment_at_risk._receivers.remove(at_risk)
    events.commitment_breached._receivers.remove(breached)


def test_what_waits_is_not_late(client_id: int) -> None:
    of = opened(client_id)
    at = MONDAY + timedelta(hours=1)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=at)
    assert mark(99) == breaches.Marked(0, 0)


def test_due_at_the_end_of_opening_hours_is_late_when_they_open_again() -> None:
    made = factories.contract(targets={"resolution": 7 * HOUR})
    # Monday 10:00 to 18:00 in Paris, without lunch: due at 18:00 sharp.
    opened(made.client_id or 0)
    assert mark(20) == breaches.Marked(0, 1)
    assert mark(23.01) == breaches.Marked(1, 0)
    assert Clock.objects.get().breached_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_more_than_a_batch_in_a_bounded_number_of_queries(
    client_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaches, "_BATCH", 3)
    for key in range(8):
        opened(client_id, key + 1)
    assert mark(9).breached == 8
    assert mark(9).breached == 0


def test_one_stopped_meanwhile_is_left(client_id: int) -> None:
    of = opened(client_id)
    at = MONDAY + timedelta(hours=3)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=at)
    assert mark(9) == breaches.Marked(0, 0)
    assert Clock.objects.get().state == "met"


def test_the_periodic_job_is_declared() -> None:
    from compagnon.core.tasks.jobs import discover

    assert "compagnon.contracts.tasks.watch_clocks" in discover()
