"""The park as files: CSV, a workbook without formulas, a PDF."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from compagnon.core.actor import Actor
from compagnon.core.crud import Column, Resource
from compagnon.core.crud.export import safe
from compagnon.core.crud.listing import label_of, rows_of, shown, value_of
from compagnon.core.crud.services import check
from compagnon.core.documents import engine
from compagnon.core.errors import Refused
from compagnon.park.policies import VIEW
from compagnon.park.queries.export_tables import TABLES, Table

MOST_ROWS = {"csv": 50_000, "xlsx": 50_000, "pdf": 2_000}
FORMS: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
TEMPLATES = Path(__file__).parent.parent / "documents" / "templates"
PDF_COLUMNS = 7
KEPT = (
    "asset", "licence", "supplier_contract", "consumable", "stock_place", "park_budget",
    "needs_study", "asset_type", "relation_kind", "energy_profile", "grid_factor", "alert_rule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A file."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table ready for a file: labels, and rows as long as them, at most ``most`` of them.

    ``total`` is known where it may be counted; ``main`` are the columns that fit on paper.
    """

    title: str
    labels: list[str]
    rows: Iterator[list[Any]]
    total: int | None
    main: list[int]


def resources() -> dict[str, Resource]:
    """Give the lists that are just kept, by the name that their files have."""
    from compagnon.core.crud import resource_of
    from compagnon.park import models

    kinds = {
        "asset": models.Asset, "licence": models.Licence,
        "supplier_contract": models.SupplierContract, "consumable": models.Consumable,
        "stock_place": models.StockPlace, "park_budget": models.Budget,
        "needs_study": models.NeedsStudy, "asset_type": models.AssetType,
        "relation_kind": models.RelationKind, "energy_profile": models.EnergyProfile,
        "grid_factor": models.GridFactor, "alert_rule": models.AlertRule,
    }  # fmt: skip
    found = {name: resource_of(kinds[name]) for name in KEPT}
    return {one.plural.replace("_", "-"): one for one in found.values() if one is not None}


def lists() -> dict[str, str]:
    """Give the title of every list that can be taken away, by its name."""
    kept = {name: str(capfirst(str(one.plural_title))) for name, one in resources().items()}
    return {**kept, **{name: str(one.title) for name, one in TABLES.items()}}


def make(actor: Actor, name: str, form: str) -> Made:
    """Make the file of a list that the actor sees.

    Raises:
        Refused: the actor sees no such list.
    """
    most = MOST_ROWS[form]
    sheet = (
        _of_table(actor, TABLES[name], most)
        if name in TABLES
        else _of_resource(actor, resources()[name], most)
    )
    day = timezone.localdate()
    if form == "pdf":
        content = paper(sheet, day)
    else:
        content = _csv(sheet) if form == "csv" else workbook(sheet)
    return Made(f"{name}-{day.isoformat()}.{form}", FORMS[form], content)


def _of_resource(actor: Actor, resource: Resource, most: int) -> Sheet:
    check(actor, resource, "view")
    rows = rows_of(resource, actor).order_by(resource.ordering, "pk")
    columns: tuple[Column, ...] = resource.columns
    return Sheet(
        str(capfirst(str(resource.plural_title))),
        [str(capfirst(str(label_of(resource, one)))) for one in columns],
        ([value_of(row, one) for one in columns] for row in rows[:most]),
        rows.count(),
        [rank for rank, one in enumerate(columns) if one.shown][:PDF_COLUMNS],
    )


def _of_table(actor: Actor, table: Table, most: int) -> Sheet:
    if not actor.scope.allows_somewhere(VIEW):
        raise Refused(_("Your roles do not show you this."))
    getters: list[Callable[[Any], Any]] = [read for _label, read in table.columns]
    rows = ([read(row) for read in getters] for row in table.rows(actor))
    return Sheet(
        str(table.title),
        [str(label) for label, _read in table.columns],
        islice(rows, most),
        None,
        list(range(min(len(getters), PDF_COLUMNS))),
    )


def _csv(sheet: Sheet) -> bytes:
    """Write a file that spreadsheets open, and that makes them run nothing."""
    out = io.StringIO()
    french = (get_language() or "").startswith("fr")
    writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow(sheet.labels)
    for row in sheet.rows:
        writer.writerow([_plain(one) for one in row])
    return ("\ufeff" + out.getvalue()).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return safe(_text(value))


def workbook(sheet: Sheet) -> bytes:
    """Write a workbook; a text that looks like a formula stays a text."""
    book = Workbook(write_only=True)
    page = book.create_sheet("".join(one for one in sheet.title if one not in "[]:*?/\\")[:31])
    page.append([_cell(page, one) for one in sheet.labels])
    for row in sheet.rows:
        page.append([_cell(page, one) for one in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        value = timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, bool) or not isinstance(value, int | float | date | datetime):
        text = "".join(char for char in _text(value) if char >= " " or char in "\n\t")[:32_000]
        cell = WriteOnlyCell(sheet, value=text)
        # Never «f»: a cell that begins with an equals sign is a word like another.
        cell.data_type = "s"
        return cell
    return WriteOnlyCell(sheet, value=value)


def _text(value: Any) -> str:
    return "" if value in (None, "") else str(shown(value))


def paper(sheet: Sheet, day: date) -> bytes:
    """Make the PDF of a list: its main columns; it says so where rows were left out."""
    rows = list(sheet.rows)
    said = _("%(count)d rows") % {"count": len(rows)}
    if len(rows) >= MOST_ROWS["pdf"] and (sheet.total is None or sheet.total > len(rows)):
        said = _("The first %(count)d rows: the workbook holds all of them.") % {"count": len(rows)}
    data = {
        "title": sheet.title,
        "author": "Compagnon",
        "reference": "",
        "language": (get_language() or "fr")[:2],
        "footer": date_format(day, "DATE_FORMAT"),
        "subheading": said,
        "header": [sheet.labels[rank] for rank in sheet.main],
        "rows": [[_text(row[rank])[:200] for rank in sheet.main] for row in rows],
    }
    return engine.render(TEMPLATES / "list.typ", data, standard=engine.Standard.ACCESSIBLE)
