"""Tables of correspondences between versions: the Journal officiel's, and those drawn with bars."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from compagnon.titles.importing import limits, tables
from compagnon.titles.importing.dates import first_date
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.furniture import strip
from compagnon.titles.importing.labels import fold
from compagnon.titles.importing.outline import Line as Correspondence
from compagnon.titles.importing.outline import Losses, Recognised, Side, Table
from compagnon.titles.importing.reading import Line, continues, join, squeeze

ARROW = re.compile(r"\s*(?:→|⇒|->|=>|➔|➜)\s*")
MOST_ROWS = 2000
MOST_LINES = 300
MOST_SPAN = 200


@dataclass(slots=True)
class Cell:
    """A cell of a table: its pieces of text, and over how many rows and columns it stands."""

    pieces: list[str] = field(default_factory=list)
    is_heading: bool = False
    rows: int = 1
    columns: int = 1
    line: int = 0


class _Tables(HTMLParser):
    """Collects the rows of the first table of HTML that stands in a text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self._cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._cell = None
            if len(self.rows) < MOST_ROWS:
                self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            spans = {name: _span(value) for name, value in attrs}
            self._cell = Cell(
                is_heading=tag == "th",
                rows=spans.get("rowspan", 1),
                columns=spans.get("colspan", 1),
                line=self.getpos()[0],
            )
            self.rows[-1].append(self._cell)
        elif tag in ("p", "br", "li", "div") and self._cell is not None:
            self._cell.pieces.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._cell = None
        elif tag in ("p", "li", "div") and self._cell is not None:
            self._cell.pieces.append("")

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            if not self._cell.pieces:
                self._cell.pieces.append("")
            self._cell.pieces[-1] += data


def _span(value: str | None) -> int:
    return min(int(value), MOST_SPAN) if value and value.isdigit() and int(value) else 1


def read(lines: list[Line]) -> Recognised:
    """Read a table of correspondences.

    Raises:
        Unreadable: no table of two columns was found.
    """
    found = Recognised("correspondence")
    text = "\n".join(line.text for line in lines)
    prose = squeeze(re.sub(r"<table.*?</table>", " ", text, flags=re.DOTALL | re.IGNORECASE))
    if re.search(r"<t[rd]\b", text, re.IGNORECASE):
        table = _from_html(text, found.losses)
    else:
        clean, _footer, found.losses.furniture = strip(lines)
        table = _from_bars(clean, found.losses) or _from_arrows(clean)
    if table is None or not table.lines:
        raise Unreadable("no-table", "no table with an old and a new column was found")
    if len(table.lines) > MOST_LINES:
        raise Unreadable("too-many", f"over {MOST_LINES} lines")
    _sides(table, prose, found)
    for line in table.lines:
        if line.doubt:
            found.losses.doubt(line.doubt, " + ".join(line.sources), line.line)
    found.correspondences = [table]
    found.count()
    return found


def _from_html(text: str, losses: Losses) -> Table | None:
    parser = _Tables()
    parser.feed(text[: limits.MAX_BYTES])
    table = Table(Side(), Side(), [])
    rows = [row for row in parser.rows if row]
    for index, row in enumerate(_grid(rows)):
        if len(row) < 2:
            losses.miss("row-without-two-columns", " ".join(_names(row[0])) if row else "")
            continue
        old, new = row[0], row[-1]
        if old.is_heading or (index == 0 and _is_head(old, new)):
            _head(table.old, old)
            _head(table.new, new)
            continue
        if table.lines and _merge(table, old, new, row):
            continue
        line = _line(_names(old), _names(new), old.line, old, new)
        table.lines.append(line)
    return table if table.lines else None


def _grid(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Repeat each cell over the rows it spans, so that every row has all its columns."""
    found: list[list[Cell]] = []
    spanning: dict[int, tuple[Cell, int]] = {}
    for row in rows[:MOST_ROWS]:
        line: list[Cell] = []
        waiting = list(row)
        column = 0
        while (waiting or any(at >= column for at in spanning)) and column < 50:
            if column in spanning:
                cell, left = spanning.pop(column)
                line.append(cell)
                if left > 1:
                    spanning[column] = (cell, left - 1)
            elif waiting:
                cell = waiting.pop(0)
                line.append(cell)
                if cell.rows > 1:
                    spanning[column] = (cell, cell.rows - 1)
            else:
                break
            column += 1
        # What was put back for this row is for the next one.
        found.append(line)
    return found


def _merge(table: Table, old: Cell, new: Cell, row: list[Cell]) -> bool:
    """Put a row whose cell is the one above on the line above: several for one, one for several."""
    last = table.lines[-1]
    if new.rows > 1 and last.targets == _names(new) and old.rows == 1 and last.sources:
        last.sources += _names(old)
        last.doubt = "several-to-one"
        return True
    if old.rows > 1 and last.sources == _names(old) and new.rows == 1:
        last.targets += _names(new)
        return True
    return False


def _names(cell: Cell) -> list[str]:
    """Give the names in a cell: pieces that go on with one another are one name."""
    names: list[str] = []
    for piece in cell.pieces:
        text = squeeze(piece)
        if not text:
            continue
        if names and not names[-1].endswith((".", ";")) and continues(names[-1], text):
            names[-1] = join(names[-1], text)
        else:
            names.append(text)
    split = [part for name in names for part in re.split(r";|\s\+\s", name)]
    cleaned = [squeeze(part).strip(" .•-–") for part in split]
    return [one for one in cleaned if one and not tables.NONE.match(fold(one))]


def _is_head(old: Cell, new: Cell) -> bool:
    words = fold(" ".join(old.pieces + new.pieces))
    return bool(re.search(r"\barrete\b|\bancien|\bnouveau|\btitre professionnel\b|^ccp\b", words))


def _head(side: Side, cell: Cell) -> None:
    text = squeeze(" ".join(cell.pieces))
    act = re.search(r"\(([^()]*(?:arr[êe]t[ée]|JO)[^()]*)\)", text, re.IGNORECASE)
    if act:
        side.text = squeeze(act[1])
        side.signed_on = first_date(act[1])
        text = text.replace(act[0], " ")
    side.title = squeeze(text)[: limits.MAX_NAME]
    side.signed_on = side.signed_on or first_date(text)


def _line(
    sources: list[str], targets: list[str], number: int, old: Cell, new: Cell
) -> Correspondence:
    line = tables.correspondence(sources, targets, number)
    words = {fold(piece) for piece in old.pieces}
    if len(sources) > 1 and words & {"ou", "ou bien"}:
        line.sources = [one for one in sources if fold(one) not in ("ou", "ou bien")]
        line.needs, line.doubt = "any", ""
    elif len(sources) > 1 and "et" in words:
        line.sources = [one for one in sources if fold(one) != "et"]
        line.needs, line.doubt = "all", ""
    if not squeeze(" ".join(new.pieces)):
        line.doubt = "empty-cell"
    return line


def _from_bars(lines: list[Line], losses: Losses) -> Table | None:
    return tables.evolution(lines, losses)


def _from_arrows(lines: list[Line]) -> Table | None:
    table = Table(Side(), Side(), [])
    for line in lines:
        halves = ARROW.split(line.content)
        if len(halves) != 2 or not squeeze(halves[0]):
            continue
        names = [tables.split_names(half) for half in halves]
        table.lines.append(tables.correspondence(names[0], names[1], line.number))
    return table if table.lines else None


def _sides(table: Table, prose: str, found: Recognised) -> None:
    article = re.search(
        r"\bArticle\s+(\d+(?:\s*(?:bis|ter|quater))?|[LRD]\.?\s?[\d-]+)", prose, re.IGNORECASE
    )
    table.citation = squeeze(article[0]) if article else ""
    for side in (table.old, table.new):
        if not side.title:
            named = re.search(
                r"titre professionnel\s+(?:d[e'’]\s*)?([^.;:|]{5,150}?)\s*(?:selon|sont|$|[,.;])",
                prose,
                re.IGNORECASE,
            )
            side.title = squeeze(named[1]) if named else ""
    found.title = table.new.title or table.old.title
    if not found.title:
        found.losses.miss("no-title")
    for side, name in ((table.old, "old"), (table.new, "new")):
        if side.signed_on is None:
            found.losses.doubt(f"{name}-version-without-date", side.text or side.title)
