"""Loading tickets with their whole past, by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom

from django.utils import timezone

from compagnon.contracts.models import Clock, ClockSegment
from compagnon.core.actor import Source
from compagnon.core.loading import Bulk
from compagnon.core.models import Entry, OutboxItem
from compagnon.desk import search
from compagnon.desk.loading.acts import Story
from compagnon.desk.loading.setting import Setting
from compagnon.desk.loading.telling import Telling
from compagnon.desk.models import (
    Attachment,
    Escalation,
    InterventionSheet,
    Message,
    OutgoingMail,
    Solution,
    Ticket,
    WorkTask,
)

# What is pointed at comes first: SQLite checks each row as it is written.
TABLES = (
    Ticket, Message, Attachment, Solution, Escalation, WorkTask, InterventionSheet, OutgoingMail,
    Clock, ClockSegment, Entry, OutboxItem,
)  # fmt: skip
BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: the tickets' keys in the order of the stories, and all rows written."""

    ticket_ids: list[int]
    rows: int


def load(
    stories: Iterable[Story],
    *,
    source: Source,
    until: datetime,
    setting: Setting | None = None,
    rng: Random | None = None,
    each_batch: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Load tickets, each with its messages, clocks, journal and the mail that it sent.

    Nothing is announced, no mail leaves. Each batch is one transaction; what was written when a
    story proves illegal stays.

    Args:
        source: what the journal calls the door they came in by.
        until: when the past ends: clocks that still run are read as of then.
        setting: what stories name; read anew unless given.
        rng: a seeded generator makes the same secrets again, for a demonstration only.
        each_batch: told after each batch how many tickets and rows were written so far.

    Raises:
        IllegalStory: the services would have refused one of its acts.
    """
    setting, rng, now = setting or Setting(), rng or SystemRandom(), timezone.now()
    bulk = Bulk(*TABLES)
    keys: list[int] = []
    indexed = 0

    def flush() -> None:
        nonlocal indexed
        bulk.flush()
        search.index_many(keys[indexed:])
        indexed = len(keys)
        if each_batch is not None:
            each_batch(len(keys), bulk.written)

    for story in stories:
        telling = Telling(bulk=bulk, setting=setting, source=source, recorded_at=now, rng=rng)
        keys.append(telling.tell(story, until=until))
        if bulk.waiting >= BATCH_ROWS:
            flush()
    flush()
    bulk.give_back()
    return Loaded(keys, bulk.written)
