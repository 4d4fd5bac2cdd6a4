"""Consumers of the journal see every entry once, in one order, whatever the order of commits."""

from __future__ import annotations

import random
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from compagnon.core import journal, outbox
from compagnon.core.actor import Actor
from compagnon.core.models import ConsumerPosition, Entry, OutboxItem
from compagnon.core.tests.processes import wait_for

SYSTEM = Actor.system("test")
NAME = "test"


def write(number: int) -> Entry:
    return journal.record(actor=SYSTEM, verb="test.happened", subject=OutboxItem(pk=number))


@pytest.fixture(autouse=True)
def _nothing_before(request) -> None:
    """Begin behind what the migrations of other rooms wrote."""
    committing = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if committing else "db")
    OutboxItem.objects.all().delete()


def numbers(found: list[outbox.Followed]) -> list[int]:
    return [each.entry.object_id for each in found]


def test_entries_get_positions_without_gaps(db):
    for number in range(5):
        write(number)
    assert outbox.follow(NAME) == []
    assert outbox.sequence() == 5
    assert outbox.sequence() == 0
    write(5)
    outbox.sequence()
    found = outbox.follow(NAME)
    assert [each.position for each in found] == [1, 2, 3, 4, 5, 6]
    assert numbers(found) == [0, 1, 2, 3, 4, 5]


def test_many_entries_are_sequenced_in_turns(db, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 3)
    for number in range(8):
        write(number)
    assert outbox.sequence() == 8
    assert [each.position for each in outbox.follow(NAME)] == [*range(1, 9)]


def test_a_consumer_goes_on_from_where_it_was(db):
    for number in range(5):
        write(number)
    outbox.sequence()
    first = outbox.follow(NAME, limit=2)
    assert numbers(first) == [0, 1]
    assert numbers(outbox.follow(NAME, limit=2)) == [0, 1], "not moved until told"
    outbox.advance(NAME, first[-1].position)
    assert numbers(outbox.follow(NAME)) == [2, 3, 4]
    outbox.advance(NAME, 1)
    assert numbers(outbox.follow(NAME)) == [2, 3, 4], "never back"
    assert numbers(outbox.follow("another")) == [0, 1, 2, 3, 4]


def test_a_handler_gets_each_entry_once(db):
    for number in range(5):
        write(number)
    seen: list[int] = []

    def handle(entries):
        seen.extend(entry.object_id for entry in entries)

    assert outbox.consume(NAME, handle, limit=3) == 3
    assert outbox.consume(NAME, handle, limit=3) == 2
    assert outbox.consume(NAME, handle, limit=3) == 0
    assert seen == [0, 1, 2, 3, 4]


def test_a_handler_that_fails_has_moved_nothing(db):
    write(0)

    def fail(entries):
        write(99)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        outbox.consume(NAME, fail)
    assert not Entry.objects.filter(object_id=99, verb="test.happened").exists()
    assert numbers(outbox.follow(NAME)) == [0]


def test_what_everybody_passed_is_forgotten_once_old(db):
    for number in range(6):
        write(number)
    outbox.sequence()
    outbox.advance("fast", 6)
    outbox.advance("slow", 3)
    assert outbox.forget_followed() == 0
    OutboxItem.objects.update(entry_recorded_at=timezone.now() - timedelta(days=31))
    assert outbox.forget_followed() == 3
    outbox.advance("slow", 6)
    assert outbox.forget_followed() == 2, "the last one stays"
    write(6)
    outbox.sequence()
    assert [each.position for each in outbox.follow("slow")] == [7]


def test_without_consumers_old_items_are_forgotten_too(db):
    write(0)
    write(1)
    outbox.sequence()
    OutboxItem.objects.update(entry_recorded_at=timezone.now() - timedelta(days=31))
    assert outbox.forget_followed() == 1


# --- concurrently ---------------------------------------------------------------------------


def in_threads(*targets) -> None:
    failed: list[BaseException] = []

    def guarded(target):
        try:
            target()
        except BaseException as error:  # noqa: BLE001 - the test says so below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_not_skipped():
    """Eight writers whose transactions end in any order, four consumers that share one name."""
    draw = random.Random(7)  # noqa: S311 - a fixed draw
    waits = [[draw.random() * 0.02 for _ in range(15)] for _ in range(8)]
    seen: list[int] = []
    written = threading.Event()

    def writer(place: int):
        def run():
            for turn, wait in enumerate(waits[place]):
                with transaction.atomic():
                    write(place * 1000 + turn)
                    if connection.vendor == "postgresql":
                        time.sleep(wait)

        return run

    def handle(entries):
        seen.extend(entry.object_id for entry in entries)

    def consumer():
        while not (written.is_set() and outbox.consume(NAME, handle, limit=7) == 0):
            outbox.consume(NAME, handle, limit=7)

    def all_writers():
        in_threads(*[writer(place) for place in range(8)])
        written.set()

    in_threads(all_writers, *[consumer] * 4)
    assert len(seen) == 8 * 15
    assert set(seen) == {place * 1000 + turn for place in range(8) for turn in range(15)}
    positions = OutboxItem.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == [*range(1, 8 * 15 + 1)]
    by_position = [each.entry.object_id for each in outbox.follow("another", limit=1000)]
    assert seen == by_position, "handled in the order of the positions"
    assert ConsumerPosition.objects.get(pk=NAME).position == 8 * 15


if connection.vendor == "postgresql":  # on SQLite one transaction writes at a time

    @pytest.mark.django_db(transaction=True)
    def test_a_lower_key_that_commits_later_comes_later_and_comes():
        inserted, go = threading.Event(), threading.Event()

        def slow():
            with transaction.atomic():
                write(1)
                inserted.set()
                go.wait(10)

        def fast():
            inserted.wait(10)
            write(2)
            outbox.sequence()
            assert numbers(outbox.follow(NAME)) == [2]
            outbox.advance(NAME, 1)
            go.set()
            wait_for(lambda: outbox.sequence() or outbox.last_position() == 2)
            assert numbers(outbox.follow(NAME)) == [1]

        in_threads(slow, fast)
        keys = OutboxItem.objects.order_by("position").values_list("pk", flat=True)
        assert keys[0] > keys[1]
