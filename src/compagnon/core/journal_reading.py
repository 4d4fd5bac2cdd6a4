"""Reading the journal across objects: what a reader asks, within what they may see."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.crud.export import Echo, safe
from compagnon.core.errors import Refused
from compagnon.core.journal_words import tell
from compagnon.core.models import Entry
from compagnon.core.visibility import visible

VIEW = "journal.view"
ORDERING = "-occurred_at"
MOST_ROWS = 50_000
BATCH = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for; what is ``None`` or empty does not narrow.

    ``first`` and ``last`` are days of the reader's zone, both included; ``verb`` may be the first
    half alone (``ticket.``).
    """

    actor_id: int | None = None
    verb: str = ""
    object_type: str = ""
    object_id: int | None = None
    source: str = ""
    first: dt.date | None = None
    last: dt.date | None = None


def entries(actor: Actor, asked: Asked | None = None) -> QuerySet[Entry]:
    """Give the entries that the actor may read, as they asked.

    Raises:
        Refused: no role lets the actor read any journal.
    """
    if not actor.scope.allows_somewhere(VIEW):
        raise Refused(_("Your roles do not let you read the journal."))
    rows = visible(Entry, actor)
    if asked is None:
        return rows
    if asked.verb:
        rows = (
            rows.filter(verb__startswith=asked.verb)
            if asked.verb.endswith(".")
            else rows.filter(verb=asked.verb)
        )
    exact = {
        "actor_id": asked.actor_id,
        "object_type": asked.object_type or None,
        "object_id": asked.object_id,
        "source": asked.source or None,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.first:
        rows = rows.filter(occurred_at__gte=_midnight(asked.first))
    if asked.last:
        rows = rows.filter(occurred_at__lt=_midnight(asked.last + dt.timedelta(days=1)))
    return rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def lines(actor: Actor, rows: QuerySet[Entry], *, most: int = MOST_ROWS) -> Iterator[str]:
    """Give the entries as the lines of a CSV file, reading the database by batches.

    As ``crud``'s files: a byte-order mark, semicolons in French, nothing that a spreadsheet takes
    for a formula; past ``most`` rows the last line says so.
    """
    writer = csv.writer(Echo(), delimiter=";" if (get_language() or "").startswith("fr") else ",")
    yield "\ufeff" + writer.writerow(
        [
            _("Happened"),
            _("Recorded"),
            _("Who"),
            _("Verb"),
            _("What"),
            _("Object"),
            _("Key"),
            _("About"),
            _("Before"),
            _("After"),
            _("Door"),
            _("Operation"),
        ]
    )
    cursor: str | None = None
    left = most
    while left > 0:
        batch = keyset.take(rows, ordering=ORDERING, limit=min(BATCH, left), cursor=cursor)
        for line in tell(actor, batch.rows):
            entry = line.entry
            cells = (
                _time(entry.occurred_at),
                _time(entry.recorded_at),
                line.who,
                entry.verb,
                str(line.words),
                entry.object_type,
                str(entry.object_id),
                line.subject.label,
                _json(entry.before),
                _json(entry.after),
                str(line.door),
                str(entry.correlation_id),
            )
            yield writer.writerow([safe(cell) for cell in cells])
        left -= len(batch.rows)
        cursor = batch.next
        if cursor is None:
            return
    yield writer.writerow(
        [_("The file stops here, after %(most)d rows: narrow the list.") % {"most": most}]
    )


def _time(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def _json(values: object) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
