"""The tables of a REAC: the synoptic view of the job, and what the activity types were before."""

from __future__ import annotations

import re

from compagnon.titles.importing.gathering import Listed
from compagnon.titles.importing.labels import fold, key
from compagnon.titles.importing.outline import Line as Correspondence
from compagnon.titles.importing.outline import Losses, Side, Table
from compagnon.titles.importing.reading import Line, cells_of, is_ruler, join, squeeze

NONE = re.compile(r"^(?:neant|aucune?|sans objet|pas d equivalence|sans equivalence|x|)$")


def rows_of(lines: list[Line]) -> list[tuple[list[str], int]]:
    """Give the rows of the tables in the lines, whose parts a page may separate."""
    return [(cells_of(line), line.number) for line in lines if line.is_row and not is_ruler(line)]


def synoptic(lines: list[Line]) -> Listed:
    """Read the synoptic view: number and name of the activity type, number and name of each.

    A cell left empty goes on with the one above; a name cut over two rows is put together.
    """
    listed = Listed("synoptic")
    columns: dict[str, int] | None = None
    activity, last = 0, ""
    for cells, number in rows_of(lines):
        header = _columns(cells)
        if header:
            columns = header
            continue
        if columns is None:
            columns = {"at": 0, "activity": 1, "cp": 2, "competence": 3} if len(cells) == 4 else {}
        if not columns:
            continue
        value = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        at = re.search(r"\d+", value.get("at", ""))
        if at:
            activity = int(at[0])
            listed.add(activity, value.get("activity", ""), [])
        elif value.get("activity") and activity and not value.get("cp"):
            listed.names[activity] = join(listed.names.get(activity, ""), value["activity"])
        elif value.get("activity") and key(value["activity"]) != key(
            listed.names.get(activity, "")
        ):
            activity += 1
            listed.add(activity, value["activity"], [])
        name = squeeze(value.get("competence", ""))
        figure = re.search(r"\d+", value.get("cp", ""))
        if name and figure:
            listed.add(activity, "", [Line(number, f"- {name}")])
            listed.numbered[key(name)] = int(figure[0])
            last = name
        elif name and last and listed.lines.get(activity):
            whole = join(last, name)
            listed.numbered[key(whole)] = listed.numbered.pop(key(last), 0)
            listed.lines[activity][-1] = Line(number, f"- {whole}")
            last = whole
    return listed


def _columns(cells: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        folded = fold(cell)
        numbered = bool(re.match(r"^(?:n|no|numero)\b|^(?:fiche )?(?:at|cp|ccp)$", folded))
        if re.search(r"\b(?:at|activites?|ccp)\b", folded):
            found.setdefault("at" if numbered else "activity", at)
        elif re.search(r"\b(?:cp|competences?)\b", folded):
            found.setdefault("cp" if numbered else "competence", at)
    return found if {"activity", "competence"} <= found.keys() else {}


def evolution(lines: list[Line], losses: Losses) -> Table | None:
    """Read the table of what activity types were in the title before.

    An empty cell may go on with the one above, or say that there is nothing: a doubt.
    """
    rows = rows_of(lines)
    if not rows:
        written = [line for line in lines if not line.is_blank]
        if written:
            losses.doubt("columns-not-drawn", squeeze(written[0].text), written[0].number)
        return None
    table = Table(Side(), Side(), [])
    started = False
    for cells, number in rows:
        if len(cells) < 2:
            continue
        old, new = cells[0], cells[-1]
        if not started and re.match(r"^(?:ancien|actuel|precedent)", fold(old)):
            started = True
            continue
        if not table.old.title and not table.lines and _is_title(old, new):
            table.old.title, table.new.title = old, new
            continue
        table.lines.append(correspondence(split_names(old), split_names(new), number))
    for index, line in enumerate(table.lines):
        raw_old, raw_new = rows[len(rows) - len(table.lines) + index][0][0], rows[
            len(rows) - len(table.lines) + index][0][-1]  # fmt: skip
        if not raw_old or not raw_new:
            line.doubt = "empty-cell"
            losses.doubt("empty-cell", raw_old or raw_new, line.line)
    return table if table.lines else None


def _is_title(old: str, new: str) -> bool:
    from compagnon.titles.importing.labels import likeness, title_key

    return likeness(title_key(old), title_key(new)) > 0.75


def split_names(cell: str) -> list[str]:
    """Give the names in a cell; «Néant» gives none."""
    names = [squeeze(one).strip(" .") for one in re.split(r"[\n;]|<br\s*/?>|\s\+\s", cell)]
    return [one for one in names if one and not NONE.match(fold(one))]


def correspondence(sources: list[str], targets: list[str], number: int) -> Correspondence:
    """Make a line, and tell what the text leaves open: several for one, all of them or any?"""
    line = Correspondence(sources, targets, none=not targets, line=number)
    if len(sources) > 1:
        line.doubt = "several-to-one" if len(targets) <= 1 else "several-to-several"
    return line
