"""What readers of REST exports share: records by kind and ticket, people, values, dates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from compagnon.desk.bringing.dates import Dates, Moment
from compagnon.desk.bringing.documents import PAGES, files_of, records
from compagnon.desk.bringing.history import History, Somebody, Step, Words
from compagnon.desk.bringing.report import Report
from compagnon.desk.bringing.spool import Spool

Record = dict[str, Any]
TITLE, TEXT, EVENTS_A_TICKET = 200, 100_000, 20_000
# What a field holds that says nothing.
NOTHING: tuple[Any, ...] = (None, "", 0, "0", False, [], {})
FIELDS_KEPT = 100
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^>]{0,200}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]{0,2000}>")


class ExportReader:
    """The base of readers of REST exports; a subclass says how records are filed and told."""

    # The kinds of records, by the names under which exports hold them, in lower case.
    kinds: Mapping[str, str] = {}
    ticket_kind = "ticket"
    # The field by which what belongs to a ticket names it.
    ticket_field = "ticket_id"
    # Fields of a ticket that are told elsewhere, or say again what others say: not kept in a note.
    told: frozenset[str] = frozenset()

    def __init__(self, dates: Dates, report: Report) -> None:
        self.dates = dates
        self.report = report
        self.store: Spool

    def spool(self, path: Path, spool: Spool) -> None:
        """Set the records of a file or folder aside."""
        self.store = spool
        for file in files_of(path):
            for kind, record in records(file, self.report, self._is_kind):
                self.file(kind, record)

    def file(self, kind: str, record: Any) -> None:
        """Set one record aside under its kind and its ticket."""
        if kind.startswith("+"):
            # What stands beside the records of a page: counts and links.
            return
        known = self.kind_of(kind) or self.kind_by_shape(record)
        if known is None:
            self.report.problem("not_read", detail=kind)
        elif not isinstance(record, dict):
            self.report.problem("unreadable_record", detail=f"{kind}: {str(record)[:60]}")
        else:
            self.report.count("rows")
            self.keep(known, self._unfolded(record) if known == self.ticket_kind else record)

    def _unfolded(self, record: Record) -> Record:
        """Give a ticket without the records that were put into it; these are set aside as well."""
        own: Record = {}
        for name, value in record.items():
            kind = name.strip("_").lower()
            rows = _records_in(value)
            if rows and self.kind_of(kind) not in {None, self.ticket_kind}:
                for one in rows:
                    named = isinstance(one, dict)
                    self.file(kind, {self.ticket_field: record.get("id")} | one if named else one)
            else:
                own[name] = value
        return own

    def kind_by_shape(self, record: Any) -> str | None:
        """Tell the kind of a record in a file that is not named after what it holds."""
        return None

    def _is_kind(self, name: str) -> bool:
        return name in PAGES or self.kind_of(name) is not None

    def kind_of(self, kind: str) -> str | None:
        """Give the kind of records that a name stands for; numbers at its end do not count."""
        name = re.sub(r"[\s._-]*\d+$", "", kind.strip().lower()).replace("-", "_")
        return self.kinds.get(name)

    def keep(self, kind: str, record: Record) -> None:
        """Set a known record aside."""
        raise NotImplementedError

    def histories(self, spool: Spool) -> Iterator[History]:
        """Give the tickets."""
        self.store = spool
        self.one = lru_cache(maxsize=20_000)(self._one)
        for key, found in spool.groups(self.ticket_kind):
            # One ticket may come several times: alone, and beside what belongs to it. The first
            # holds; what it does not say, the others do.
            record = {name: value for one in reversed(found) for name, value in one.items()}
            history = self.history(key, record)
            if history is not None:
                yield history
        self.strays()

    def history(self, key: str, record: Record) -> History | None:
        """Tell one ticket."""
        raise NotImplementedError

    def strays(self) -> None:
        """Name the records whose ticket is not there; subclasses list the kinds."""

    def stray(self, *kinds: str) -> None:
        """Name the groups of these kinds whose ticket is not there."""
        for kind in kinds:
            for key, found in self.store.groups(kind):
                if not self.one(self.ticket_kind, key):
                    self.report.problem(
                        "missing_ticket", reference=key, detail=f"{kind}: {len(found)}"
                    )

    def kept(self, record: Record) -> dict[str, str]:
        """Give the fields of a ticket that have no place of ours, and name them in the report."""
        found: dict[str, str] = {}
        for name, value in record.items():
            if name in self.told or value in NOTHING or len(found) >= FIELDS_KEPT:
                continue
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            found[name[:80]] = text[:2_000]
        for name, text in found.items():
            self.report.kept(name, text)
        return found

    # --- one value -------------------------------------------------------------------------------

    def _one(self, kind: str, key: str) -> Record:
        found = self.store.of(kind, key)
        return found[0] if found else {}

    def moment(self, name: str, value: Any, reference: str) -> Moment | None:
        """Read a date; what cannot be read is named."""
        if value is None or value == "":
            return None
        found = self.dates.read(str(value))
        if found is None:
            self.report.unmapped(name, value, reference=reference, why="bad_date")
        elif found.odd:
            self.report.problem(found.odd, reference=reference, detail=str(value))
        return found

    def mapped(self, name: str, value: Any, known: Mapping[str, Any], reference: str) -> Any:
        """Give our value for one of theirs; what has none is named."""
        if value is None or value == "":
            return None
        found = known.get(str(value).strip().lower())
        if found is None:
            self.report.unmapped(name, value, reference=reference)
        else:
            self.report.mapped(name, str(value), str(found))
        return found

    def title(self, value: Any, reference: str) -> str:
        """Give a title of one line."""
        found = " ".join(unescape(str(value or "")).split())[:TITLE]
        if not found:
            self.report.problem("no_title", reference=reference)
        return found or reference

    def words(self, content: Any, reference: str, *, html: bool, **more: Any) -> Words | None:
        """Give a text; ``None`` when there is none."""
        raw = str(content or "")
        if len(raw) > TEXT:
            self.report.problem("too_long", reference=reference)
            raw = raw[:TEXT]
        text = plain(raw) if html else raw.strip()
        return Words(text, html=raw if html else None, **more) if text else None

    def in_order(self, steps: list[Step], reference: str) -> list[Step] | None:
        """Put steps in order; ``None`` if there are more than a ticket may have."""
        if len(steps) > EVENTS_A_TICKET:
            self.report.leave(reference, "too_many_events")
            return None
        self.report.count("events", len(steps))
        return sorted(steps, key=lambda step: step.clock)


def _records_in(value: Any) -> list[Any]:
    """Give the records of an array, or of an object that holds each under its key."""
    if isinstance(value, dict) and all(str(key).isdecimal() for key in value):
        value = list(value.values())
    return value if isinstance(value, list) and value and isinstance(value[0], dict) else []


def plain(html: str) -> str:
    """Give the words of a formatted text."""
    text = _HIDDEN.sub(" ", html)
    text = _BREAK.sub("\n", text)
    text = unescape(_TAG.sub("", text)).replace("\xa0", " ")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def somebody(record: Record, key: str, *, name: str, email: str = "", phone: str = "") -> Somebody:
    """Give a person; one without a name is known by the address or the number."""
    return Somebody(key, (name.strip() or email or key)[:120], email.strip(), phone.strip())
