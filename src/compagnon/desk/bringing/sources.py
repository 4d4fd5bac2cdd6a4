"""The sources that can be read, by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, Self

from compagnon.desk.bringing.dates import ISO, Dates
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.glpi import GlpiReader
from compagnon.desk.bringing.history import History
from compagnon.desk.bringing.mapping import TableMapping, zone_named
from compagnon.desk.bringing.report import Report
from compagnon.desk.bringing.request_tracker import RequestTrackerReader
from compagnon.desk.bringing.servicenow import NEEDED, SERVICENOW
from compagnon.desk.bringing.spool import Spool
from compagnon.desk.bringing.table import TableReader
from compagnon.desk.bringing.zammad import ZammadReader

# By name, how it is called, and whether it is a table.
SOURCES = {
    "servicenow": "ServiceNow",
    "glpi": "GLPI",
    "zammad": "Zammad",
    "request-tracker": "Request Tracker",
    "csv": "CSV",
}
# As people write them at the command line.
ALSO = {"rt": "request-tracker", "requesttracker": "request-tracker", "service-now": "servicenow"}
DEFAULT_ZONE = "Europe/Paris"


def source_named(name: str) -> str:
    """Give a source by a name that people write for it; the name itself if it is none."""
    written = name.strip().lower().replace("_", "-")
    return ALSO.get(written, written)


class Reader(Protocol):
    """What a source's reader does."""

    def spool(self, path: Path, spool: Spool) -> None:
        """Set the records of a file aside."""

    def histories(self, spool: Spool) -> Iterator[History]:
        """Give the tickets, by reference."""


class Reading:
    """A source opened: its files are set aside, its tickets given one by one.

    Args:
        zone: where dates without a zone are local; empty: the mapping's, else Europe/Paris, and
            durations are then differences of what the source's clock showed.

    Raises:
        UnreadableSource: at the opening, if a file as a whole cannot be read.
    """

    def __init__(
        self,
        source: str,
        paths: Sequence[Path],
        *,
        zone: str = "",
        mapping: TableMapping | None = None,
    ) -> None:
        self.report = Report()
        zone = zone or (mapping.zone if mapping else "")
        self.zone = zone_named(zone or DEFAULT_ZONE)
        self.elapsed = bool(zone)
        self._reader = self._make(source, mapping)
        with ExitStack() as stack:
            self._spool = stack.enter_context(Spool())
            for path in paths:
                self._reader.spool(path, self._spool)
            # All is read: the spool stays until this is closed.
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[History]:
        yield from self._reader.histories(self._spool)

    def total(self) -> int:
        """Tell how many tickets the files hold."""
        return self._spool.count("row") or self._spool.count("ticket")

    def _make(self, source: str, mapping: TableMapping | None) -> Reader:
        report = self.report
        if source == "servicenow":
            formats = SERVICENOW.date_formats
            return TableReader(SERVICENOW, self._dates(formats), report, NEEDED)
        if source == "csv":
            if mapping is None:
                raise UnreadableSource("no_mapping", "a CSV file needs a mapping")
            dates = self._dates(mapping.date_formats)
            return TableReader(mapping, dates, report, frozenset())
        if source == "glpi":
            return GlpiReader(self._dates(("%Y-%m-%d %H:%M:%S", ISO)), report)
        if source == "zammad":
            return ZammadReader(self._dates((ISO,)), report)
        if source == "request-tracker":
            return RequestTrackerReader(self._dates((ISO,)), report)
        raise UnreadableSource("source", f"there is no source {source}")

    def _dates(self, formats: tuple[str, ...]) -> Dates:
        return Dates(formats, self.zone, elapsed=self.elapsed)
