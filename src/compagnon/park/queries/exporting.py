"""Lists of the park as files: a workbook without formulas, a PDF. (CSV: each list's own.)"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
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
from compagnon.core.crud.listing import label_of, rows_of, shown, value_of
from compagnon.core.crud.services import check
from compagnon.core.documents import engine

MOST_ROWS = {"xlsx": 50_000, "pdf": 2_000}
FORMS: dict[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
LISTS = ("assets", "licences", "supplier-contracts")
TEMPLATES = Path(__file__).parent.parent / "documents" / "templates"
PDF_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Made:
    """A file."""

    file_name: str
    media_type: str
    content: bytes


def resource_of(name: str) -> Resource:
    """Give the resource of a list."""
    from compagnon.park.resources import ASSETS
    from compagnon.park.resources_supplies import LICENCES, SUPPLIER_CONTRACTS

    return {"assets": ASSETS, "licences": LICENCES, "supplier-contracts": SUPPLIER_CONTRACTS}[name]


def make(actor: Actor, name: str, form: str) -> Made:
    """Make the file of a list that the actor sees.

    Raises:
        Refused: the actor sees no such list.
    """
    resource = resource_of(name)
    check(actor, resource, "view")
    rows = rows_of(resource, actor).order_by(resource.ordering, "pk")[: MOST_ROWS[form]]
    day = timezone.localdate()
    content = workbook(resource, rows) if form == "xlsx" else paper(resource, list(rows), day)
    return Made(f"{name}-{day.isoformat()}.{form}", FORMS[form], content)


def workbook(resource: Resource, rows: Iterable[Any]) -> bytes:
    """Write a workbook; a text that looks like a formula stays a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(resource.plural_title)[:31])
    sheet.append([_cell(sheet, str(label_of(resource, one))) for one in resource.columns])
    for row in rows:
        sheet.append([_cell(sheet, value_of(row, one)) for one in resource.columns])
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


def paper(resource: Resource, rows: list[Any], day: date) -> bytes:
    """Make the PDF of a list: its first columns that are shown."""
    columns: list[Column] = [one for one in resource.columns if one.shown][:PDF_COLUMNS]
    title = capfirst(str(resource.plural_title))
    data = {
        "title": title,
        "author": "Compagnon",
        "reference": "",
        "language": (get_language() or "fr")[:2],
        "footer": date_format(day, "DATE_FORMAT"),
        "subheading": _("%(count)d rows") % {"count": len(rows)},
        "header": [capfirst(str(label_of(resource, one))) for one in columns],
        "rows": [[_text(value_of(row, one))[:200] for one in columns] for row in rows],
    }
    return engine.render(TEMPLATES / "list.typ", data, standard=engine.Standard.ACCESSIBLE)
