"""The database itself refuses to change or delete what the journal holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from compagnon.core import journal, journal_table
from compagnon.core.actor import Actor
from compagnon.core.models import Entry, OutboxItem
from compagnon.core.tests.factories import actor_with
from compagnon.core.tests.journal_reset import unprotected
from compagnon.core.visibility import visible

POSTGRESQL = connection.vendor == "postgresql"
SYSTEM = Actor.system("test")


def written() -> QuerySet[Entry]:
    """Give the test's own entries: other rooms' migrations write some too."""
    return Entry.objects.filter(verb__startswith="test.")


def write(verb: str = "test.happened", **more) -> Entry:
    """Write an entry about some row."""
    return journal.record(actor=SYSTEM, verb=verb, subject=OutboxItem(pk=7), after={"a": 1}, **more)


def run(sql: str, *parameters: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


REFUSED = {
    "update": "UPDATE core_entry SET verb = 'other'",
    "update of one": "UPDATE core_entry SET occurred_at = recorded_at WHERE id > 0",
    "delete": "DELETE FROM core_entry",
}
if POSTGRESQL:
    REFUSED |= {
        "truncate": "TRUNCATE core_entry",
        "truncate of all": "TRUNCATE core_entry, core_outboxitem",
        "truncate of a partition": "TRUNCATE {partition}",
        "truncate of the default partition": "TRUNCATE core_entry_default",
        "update in a partition": "UPDATE {partition} SET verb = 'other'",
        "delete in a partition": "DELETE FROM {partition}",
        "upsert": "INSERT INTO core_entry SELECT * FROM core_entry "
        "ON CONFLICT (id, recorded_at) DO UPDATE SET verb = 'other'",
        "merge": "MERGE INTO core_entry USING (SELECT 1) AS s ON true "
        "WHEN MATCHED THEN UPDATE SET verb = 'other'",
    }
else:
    REFUSED |= {
        "replace": "REPLACE INTO core_entry SELECT * FROM core_entry",
        "insert or replace": "INSERT OR REPLACE INTO core_entry SELECT * FROM core_entry",
        "update or ignore": "UPDATE OR IGNORE core_entry SET verb = 'other'",
        "upsert": "INSERT INTO core_entry SELECT * FROM core_entry WHERE true "
        "ON CONFLICT (id) DO UPDATE SET verb = 'other'",
    }


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_an_entry_stays_as_it_was_written(db, sql):
    entry = write()
    partition = f"core_entry_{entry.recorded_at.astimezone(UTC):%Y_%m}"
    with pytest.raises(IntegrityError, match=journal_table.REFUSAL):
        run(sql.format(partition=partition))
    assert written().get().verb == "test.happened"


def test_the_orm_is_refused_too(db):
    entry = write()
    entry.verb = "other"
    for change in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(verb="other"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert written().get().verb == "test.happened"


def test_entries_and_their_outbox_are_written_together(db):
    entry = write(occurred_at=datetime(2020, 2, 29, tzinfo=UTC))
    item = OutboxItem.objects.latest("id")
    assert (item.entry_id, item.entry_recorded_at, item.position) == (
        entry.pk,
        entry.recorded_at,
        None,
    )
    kept = Entry.objects.get(pk=entry.pk)
    assert kept.occurred_at.year == 2020
    assert kept.recorded_at.date() == timezone.now().date()
    assert (kept.before, kept.after) == ({}, {"a": 1})


def test_the_history_of_a_row_is_told_in_the_order_things_happened(db):
    write("test.second", occurred_at=datetime(2025, 5, 2, tzinfo=UTC))
    write("test.first", occurred_at=datetime(2025, 5, 1, tzinfo=UTC))
    journal.record(actor=SYSTEM, verb="test.other", subject=OutboxItem(pk=8))
    assert [entry.verb for entry in journal.history(OutboxItem(pk=7))] == [
        "test.first",
        "test.second",
    ]


def test_the_journal_of_an_organisation_is_read_by_who_may(db):
    mine, theirs, nobodys = write(organisation_id=1), write(organisation_id=2), write()
    of_mine = actor_with("journal.view", organisations={1})
    assert set(visible(Entry, of_mine, written())) == {mine}
    assert set(visible(Entry, actor_with("journal.view"), written())) == {mine, theirs, nobodys}
    assert not visible(Entry, actor_with("ticket.view"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_an_empty_journal(turn):
    assert not written().exists()
    write()
    # And the protection is in force again after the flush that came before the second turn.
    with pytest.raises(IntegrityError):
        run("DELETE FROM core_entry")


def test_the_tests_own_way_in_closes_behind_it(db):
    write()
    with transaction.atomic(), unprotected(connection):
        run("DELETE FROM core_entry")
    write()
    with pytest.raises(IntegrityError):
        run("DELETE FROM core_entry")


# --- partitions -----------------------------------------------------------------------------


if POSTGRESQL:
    JANUARY = "'2032-01-31 23:59:59+00'"
    REST = "'task', 'system', 1, '', 1, 'test.v', 't', 1, 1, '{}', '{}', gen_random_uuid()"

    def test_an_entry_stands_in_the_partition_of_its_month(db):
        write()
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM core_entry ORDER BY id DESC")
            assert cursor.fetchone() == (f"core_entry_{timezone.now():%Y_%m}",)

    def test_coming_months_get_their_partitions_once(db):
        made = journal_table.ensure_partitions(2, today=date(2031, 11, 30))
        assert made == ["core_entry_2031_11", "core_entry_2031_12", "core_entry_2032_01"]
        assert journal_table.ensure_partitions(2, today=date(2031, 11, 30)) == []
        assert journal_table.ensure_partitions(2, today=date(2031, 12, 1)) == ["core_entry_2032_02"]
        run(f"INSERT INTO core_entry SELECT 9999, now(), {JANUARY}, {REST}")
        for statement in ("TRUNCATE", "DELETE FROM"):
            with pytest.raises(IntegrityError):
                run(f"{statement} core_entry_2032_01")

    def test_an_entry_of_a_month_without_partition_is_kept_and_stays(db):
        run(f"INSERT INTO core_entry SELECT 9999, now(), {JANUARY}, {REST}")
        made = journal_table.ensure_partitions(1, today=date(2032, 1, 15))
        assert made == ["core_entry_2032_02"]
        assert written().get().recorded_at.year == 2032

    def test_the_months_are_those_of_utc_whatever_the_session(db):
        run("SET LOCAL TIME ZONE 'Pacific/Auckland'")
        journal_table.ensure_partitions(1, today=date(2032, 1, 1))
        run(f"INSERT INTO core_entry SELECT 9999, now(), {JANUARY}, {REST}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM core_entry WHERE verb = 'test.v'")
            assert cursor.fetchone() == ("core_entry_2032_01",)

else:

    def test_there_is_nothing_to_cut_on_sqlite(db):
        assert journal_table.ensure_partitions() == []


def test_the_cache_needs_no_command(db, settings):
    from django.core.cache import caches

    cache = caches["default"]
    cache.set("a", {"b": 1}, 60)
    assert cache.get("a") == {"b": 1}
