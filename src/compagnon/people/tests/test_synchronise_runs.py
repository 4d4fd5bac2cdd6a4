"""When a directory is synchronised: by whom, how often, how far, and what stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from compagnon.core.errors import Conflict
from compagnon.core.tasks.worker import run_due
from compagnon.people.directory.types import DirectoryFailed
from compagnon.people.directory_checks import next_time
from compagnon.people.models import (
    Directory,
    DirectoryLink,
    DirectoryRun,
    Person,
)
from compagnon.people.services import directory_runs
from compagnon.people.tests.directories import (
    Book,
    directory,
    person_of,
    previewed,
    synchronised,
)
from compagnon.people.tests.factories import Cast, system

pytestmark = pytest.mark.django_db


def test_put_out_of_use_meanwhile_nothing_is_done(found: Directory, book: Book) -> None:
    book.put("amel")
    run = previewed(found)
    directory_runs.apply(actor=system(), run=run)
    Directory.objects.filter(pk=found.pk).update(is_active=False)
    run_due()
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "unused")
    assert not DirectoryLink.objects.exists()
    # Nor is the rest, where it was put out of use half-way.
    Directory.objects.filter(pk=found.pk).update(is_active=True)
    run = previewed(found)
    DirectoryRun.objects.filter(pk=run.pk).update(
        state="applying", is_applied=True, started_at=timezone.now()
    )
    Directory.objects.filter(pk=found.pk).update(is_active=False)
    directory_runs.apply_previewed(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "unused")
    assert not DirectoryLink.objects.exists()


@pytest.mark.parametrize("code", ["empty", "paging", "cut", "server"])
def test_a_reading_that_fails_changes_nothing(
    found: Directory,
    book: Book,
    code: str,
) -> None:
    book.put("amel")
    synchronised(found)
    if code == "empty":
        book.people.clear()
    else:
        book.failure = DirectoryFailed(code, "dit le serveur")
    run = previewed(found)
    assert run.state == "failed"
    assert run.error.startswith(code)
    assert person_of("amel").is_active
    found.refresh_from_db()
    assert (found.failures, found.error.startswith(code)) == (1, True)


def test_what_was_overtaken_is_not_carried_out(found: Directory, book: Book) -> None:
    book.put("amel")
    run = previewed(found)
    book.put("bao")
    directory_runs.apply(actor=system(), run=run)
    run_due()
    run.refresh_from_db()
    assert run.state == "stale"
    assert not DirectoryLink.objects.exists()


def test_above_the_ceiling_it_is_confirmed(found: Directory, book: Book) -> None:
    for number in range(12):
        book.put(f"p{number:02}")
    synchronised(found)
    for number in range(1, 12):
        del book.people[f"p{number:02}"]
    run = previewed(found)
    assert directory_runs.is_above_ceiling(run)
    with pytest.raises(Conflict):
        directory_runs.apply(actor=system(), run=run)
    # By itself, it stops there and says so.
    directory_runs.preview(actor=system(), directory=found, goes_on=True)
    run_due()
    assert Person.objects.filter(directory_link__isnull=False, is_active=True).count() == 12
    found.refresh_from_db()
    assert found.error == "ceiling"
    run = synchronised(found, confirmed=True)
    assert run.counts["suspend"] == 11
    assert Person.objects.filter(directory_link__isnull=False, is_active=True).count() == 1


def test_it_goes_on_where_it_was_after_a_crash(
    found: Directory, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("amel", "bao", "cleo"):
        book.put(key)
    run = previewed(found)
    directory_runs.apply(actor=system(), run=run, background=False)
    real, seen = directory_runs.carry_out_step, []

    def die_at_the_second(**given: Any) -> Person:
        seen.append(given["step"].stable_id)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(directory_runs, "carry_out_step", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        directory_runs.apply_previewed(run.pk)
    assert DirectoryLink.objects.count() == 1
    directory_runs.apply_previewed(run.pk)
    run.refresh_from_db()
    assert (run.state, DirectoryLink.objects.count()) == ("done", 3)
    assert seen == ["amel", "bao", "bao", "cleo"]


def test_by_itself_at_its_time(cast: Cast, book: Book) -> None:
    row = directory(cast.client_a, schedule="every", every_minutes=30)
    book.put("amel")
    assert directory_runs.due() == []
    Directory.objects.filter(pk=row.pk).update(next_at=timezone.now())
    for pk in directory_runs.due():
        directory_runs.begin_due(pk)
    run_due()
    assert DirectoryLink.objects.count() == 1
    row.refresh_from_db()
    assert row.ok_at is not None
    assert row.next_at > timezone.now() + timedelta(minutes=25)
    assert directory_runs.due() == []


def test_each_night_by_the_clock_of_the_organisation(cast: Cast, book: Book) -> None:
    row = directory(cast.client_a, schedule="nightly")
    # Two o'clock in Paris, before and after the change to winter time.
    for now, night in (
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 0, tzinfo=UTC)),
        (datetime(2026, 12, 1, 0, 30, tzinfo=UTC), datetime(2026, 12, 1, 1, tzinfo=UTC)),
    ):
        assert next_time(row, now=now) == night


def test_two_at_once_are_one(found: Directory, book: Book) -> None:
    book.put("amel")
    directory_runs.preview(actor=system(), directory=found)
    with pytest.raises(Conflict):
        directory_runs.preview(actor=system(), directory=found)
