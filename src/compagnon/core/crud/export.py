"""A list as a CSV file that a spreadsheet opens and that cannot make it run anything."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core import keyset
from compagnon.core.crud.listing import label_of, shown, value_of
from compagnon.core.crud.resource import Column, Resource

MOST_ROWS = 50_000
BATCH = 1_000
# What a spreadsheet takes for the beginning of a formula, or skips to find one (OWASP, CSV
# injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(
    resource: Resource,
    columns: Sequence[Column],
    rows: QuerySet[Any],
    *,
    ordering: str,
    most: int = MOST_ROWS,
) -> Iterator[str]:
    """Give the file line by line, reading the database by batches.

    With a byte-order mark, without which Excel takes UTF-8 for something else; separated by
    semicolons in French, as French spreadsheets expect. Past ``most`` rows the last line says so.
    """
    writer = csv.writer(Echo(), delimiter=";" if (get_language() or "").startswith("fr") else ",")
    yield "\ufeff" + writer.writerow([safe(str(label_of(resource, one))) for one in columns])

    def tell(batch: Sequence[Any]) -> Iterator[list[Any]]:
        for row in batch:
            yield [written(value_of(row, one)) for one in columns]

    for line in told(rows, tell, ordering=ordering, most=most):
        yield writer.writerow(line)


def told(
    rows: QuerySet[Any],
    tell: Callable[[Sequence[Any]], Iterable[list[Any]]],
    *,
    ordering: str,
    most: int = MOST_ROWS,
) -> Iterator[list[Any]]:
    """Give what is told of rows, read by batches; past ``most`` a last line says so.

    Args:
        tell: gives the lines of a batch.
    """
    cursor: str | None = None
    left = most
    while left > 0:
        batch = keyset.take(rows, ordering=ordering, limit=min(BATCH, left), cursor=cursor)
        yield from tell(batch.rows)
        left -= len(batch.rows)
        cursor = batch.next
        if cursor is None:
            return
    yield [_("The file stops here, after %(most)d rows: narrow the list.") % {"most": most}]


def csv_answer(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Give a table that is no list of rows as a file, in the same manner."""

    def told() -> Iterator[str]:
        french = (get_language() or "").startswith("fr")
        writer = csv.writer(Echo(), delimiter=";" if french else ",")
        yield "\ufeff" + writer.writerow([safe(str(one)) for one in head])
        for row in rows:
            yield writer.writerow([written(one) for one in row])

    return StreamingHttpResponse(
        told(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


def written(value: Any) -> str | int | float:
    """Give a value as the file holds it: numbers as they are, times in the reader's zone."""
    if isinstance(value, bool):
        return shown(value)
    if isinstance(value, int | float):
        return value
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return safe("" if value == "" else shown(value))


def safe(text: str) -> str:
    """Give text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


class Echo:
    """A file that gives back what is written to it, so that lines can be sent one by one."""

    def write(self, line: str) -> str:
        """Give back the line."""
        return line
