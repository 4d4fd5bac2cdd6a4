"""Following the journal: every entry once, in one order, missing none.

Keys are given when a row is inserted, and become visible when its transaction commits, in another
order: who remembers the highest key seen skips what commits late. So one sequencer at a time gives
each *committed* entry the next position, without gaps, and consumers follow positions::

    @periodic(every=timedelta(seconds=5))
    def count_what_happened() -> None:
        while outbox.consume("indicators", add_to_aggregates):
            pass

What a handler writes in the database is written once: its transaction moves the position too. What
it does elsewhere (a call to another server) may be done twice after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from compagnon.core.models import ConsumerPosition, Entry, OutboxItem

# Any number that nothing else takes as an advisory lock in this database.
LOCK = 0x436F_6D70_6167_0001
AT_ONCE = 10_000
BATCH = 500

NUMBER = """
UPDATE core_outboxitem SET position = %s + waiting.place
FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM core_outboxitem WHERE position IS NULL ORDER BY id LIMIT %s
) AS waiting
WHERE core_outboxitem.id = waiting.id
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """An entry at its place in the order of the outbox."""

    position: int
    entry: Entry


Handler = Callable[[Sequence[Entry]], None]


def sequence() -> int:
    """Give the committed entries that have none their positions; gives how many there were.

    Call it outside a transaction: the others that sequence wait until this one's ends.
    """
    waiting = OutboxItem.objects.filter(position=None)
    total = 0
    while waiting.exists():
        with transaction.atomic(), connection.cursor() as cursor:
            # On SQLite a transaction is alone from its start; here it must ask.
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute(NUMBER, [last_position(), AT_ONCE])
            if not cursor.rowcount:  # another had them while we waited
                break
            total += cursor.rowcount
    return total


def last_position() -> int:
    """Give the highest position given so far; 0 if there is none."""
    return OutboxItem.objects.aggregate(last=Max("position"))["last"] or 0


def follow(name: str, *, limit: int = BATCH) -> list[Followed]:
    """Give the next entries for a consumer, in order, without moving it.

    A consumer never heard of is at the first entry still kept in the outbox.
    """
    position = (
        ConsumerPosition.objects.filter(pk=name).values_list("position", flat=True).first() or 0
    )
    return _after(position, limit)


def advance(name: str, position: int) -> None:
    """Note that a consumer has done everything up to that position; it never goes back."""
    row, _created = ConsumerPosition.objects.get_or_create(name=name)
    ConsumerPosition.objects.filter(pk=row.pk, position__lt=position).update(
        position=position, updated_at=timezone.now()
    )


def consume(name: str, handle: Handler, *, limit: int = BATCH) -> int:
    """Hand the next entries to a handler, once each however many processes call this.

    The handler and the move are one transaction: if it raises, nothing has happened.

    Returns:
        how many entries were handled; 0 when there was nothing.
    """
    sequence()
    if not follow(name, limit=1):
        return 0
    ConsumerPosition.objects.get_or_create(name=name)
    with transaction.atomic():
        row = ConsumerPosition.objects.select_for_update().get(pk=name)
        found = _after(row.position, limit)
        if found:
            handle([each.entry for each in found])
            row.position = found[-1].position
            row.save(update_fields=["position", "updated_at"])
    return len(found)


def _after(position: int, limit: int) -> list[Followed]:
    items = list(OutboxItem.objects.filter(position__gt=position).order_by("position")[:limit])
    if not items:
        return []
    times = [item.entry_recorded_at for item in items]
    # The times name the partitions to look in.
    entries = Entry.objects.filter(
        recorded_at__gte=min(times), recorded_at__lte=max(times)
    ).in_bulk([item.entry_id for item in items])
    return [Followed(item.position, entries[item.entry_id]) for item in items if item.position]


def forget_followed(*, older_than: timedelta = timedelta(days=30)) -> int:
    """Delete the items that every consumer has passed and that are old; the journal keeps all.

    The last one stays, whatever its age: positions go on from it.
    """
    slowest = ConsumerPosition.objects.aggregate(at=Min("position"))["at"]
    passed: QuerySet[OutboxItem] = OutboxItem.objects.filter(
        position__lt=last_position(), entry_recorded_at__lt=timezone.now() - older_than
    )
    if slowest is not None:
        passed = passed.filter(position__lte=slowest)
    count = 0
    while keys := list(passed.order_by("position").values_list("pk", flat=True)[:AT_ONCE]):
        OutboxItem.objects.filter(pk__in=keys).delete()
        count += len(keys)
    return count
