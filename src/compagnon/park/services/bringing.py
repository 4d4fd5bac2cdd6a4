"""Lists brought from files: looked at, then written when somebody says so, or left aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.crud import services as rows
from compagnon.core.errors import CompagnonError, Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.bring_words import field_words
from compagnon.park.bringing import columns, tables
from compagnon.park.bringing.errors import UnreadableList
from compagnon.park.models import (
    Asset,
    AssetOrigin,
    BroughtKind,
    BroughtList,
    BroughtState,
    ImportMapping,
)
from compagnon.park.policies import LICENCES, MANAGE, check
from compagnon.park.services import assets
from compagnon.park.services.planning_lists import Line, Plan, plan
from compagnon.people.models import Organisation

MOST_LINES = 5_000
"""Of a list written by a page or a call; the command takes all that a file may hold."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A list as it was read, and what it would do."""

    table: tables.Table
    mapping: dict[str, str]
    plan: Plan


def verb_of(kind: str) -> str:
    """Give the verb that writing such a list takes."""
    return LICENCES if kind == BroughtKind.LICENCES else MANAGE


def read(content: bytes) -> tables.Table:
    """Read a file.

    Raises:
        Invalid: it is no list that we read; the message says why.
    """
    try:
        return tables.read(content)
    except UnreadableList as error:
        raise Invalid(sentence(error), code=error.reason.replace("_", "-")) from None


def sentence(error: UnreadableList) -> str:
    """Say in words why a file cannot be read."""
    words = {
        "empty": _("The file holds nothing."),
        "too_large": _("The file is over 10 MiB."),
        "too_many_rows": _("The list is too long: %(most)s lines at most."),
        "too_many_columns": _("The list is too wide: %(most)s columns at most."),
        "not_a_workbook": _("This is not a workbook that can be read (.xlsx)."),
        "bomb": _("This workbook would unpack to more than a list can be: it was not opened."),
        "not_json": _("This JSON cannot be read."),
        "no_header": _("The list has no line of names."),
        "not_csv": _("This CSV file cannot be read."),
    }
    return words.get(error.reason, error.reason) % {"most": error.detail}


def look(
    *,
    actor: Actor,
    kind: str,
    organisation: Organisation,
    content: bytes,
    mapping: Mapping[str, str] | None = None,
) -> Looked:
    """Say what a list would do; nothing is written.

    Args:
        mapping: our field by column (or the contrary); guessed from the columns' names without.

    Raises:
        Refused: the actor may not write such a list there.
        Invalid: the file cannot be read, or no column names its rows.
    """
    check(actor, verb_of(kind), organisation.pk)
    table = read(content)
    chosen = (
        columns.checked(kind, table.header, mapping)
        if mapping
        else columns.guess(kind, table.header)
    )
    if needed := columns.missing(kind, chosen):
        raise Invalid(
            _("No column gives one of: %(fields)s.")
            % {"fields": ", ".join(field_words(one) for one in needed)},
            code="no-key-column",
        )
    return Looked(table, chosen, plan(actor, kind, organisation, table, chosen))


@service("list.look_at")
def bring(
    *,
    actor: Actor,
    kind: str,
    organisation: Organisation,
    content: bytes,
    file_name: str,
    mapping: Mapping[str, str] | None = None,
) -> BroughtList:
    """Keep a file with what it would do; the park is not touched.

    Raises:
        Refused: the actor may not write such a list there.
        Invalid: the file cannot be read, or is too long for a page.
    """
    check(actor, verb_of(kind), organisation.pk)
    table = read(content)
    if len(table.rows) > MOST_LINES:
        raise Invalid(
            _(
                "The list is too long for a page: %(most)s lines at most. Whoever runs the program "
                "may bring it with “compagnon park import-assets”, or cut it in parts."
            )
            % {"most": MOST_LINES},
            code="too-many-rows",
        )
    chosen = (
        columns.checked(kind, table.header, mapping)
        if mapping
        else columns.guess(kind, table.header)
    )
    row = BroughtList.objects.create(
        organisation=organisation,
        kind=kind,
        file=files.store(content),
        file_name=file_name.strip()[-200:] or "list",
        columns=chosen,
        brought_at=timezone.now(),
        brought_by_id=actor.scope.person_id,
        summary={"lines": len(table.rows), "format": table.format},
    )
    journal.record(
        actor=actor, verb="list.look_at", subject=row,
        after={"kind": kind, "lines": len(table.rows)},
    )  # fmt: skip
    return row


def seen_again(actor: Actor, row: BroughtList) -> Looked | None:
    """Say what a kept list would do now; nothing where no column names its rows."""
    with files.open_file(row.file) as stream:
        table = read(stream.read(tables.MOST_BYTES + 1))
    chosen = columns.checked(row.kind, table.header, row.columns)
    if columns.missing(row.kind, chosen):
        return None
    return Looked(table, chosen, plan(actor, row.kind, row.organisation, table, chosen))


@service("list.map")
def set_mapping(
    *, actor: Actor, row_id: int, mapping: Mapping[str, str], save_as: str = ""
) -> BroughtList:
    """Say which column is which field; keep it under a name for the next lists of this kind.

    Raises:
        NotFound: no such list, or not visible.
        Conflict: it was written or left aside.
    """
    row = _open(actor, row_id)
    row.columns = columns.checked(row.kind, list(row.columns), mapping)
    row.version += 1
    row.save(update_fields=["columns", "version"])
    if name := save_as.strip()[:80]:
        kept, made = ImportMapping.objects.get_or_create(
            organisation=row.organisation, kind=row.kind, name=name,
            defaults={"columns": row.columns},
        )  # fmt: skip
        if not made:
            kept.columns = row.columns
            kept.version += 1
            kept.save(update_fields=["columns", "version"])
    journal.record(actor=actor, verb="list.map", subject=row, after={"saved_as": save_as[:80]})
    return row


def _open(actor: Actor, row_id: int) -> BroughtList:
    rows_ = BroughtList.objects.select_for_update(of=("self",)).select_related("organisation")
    row = get_visible(BroughtList, actor, rows_, pk=row_id)
    check(actor, verb_of(row.kind), row.organisation_id)
    if row.state != BroughtState.LOOKED_AT:
        raise Conflict(_("This list was settled already."))
    return row


@service("list.write")
def write(*, actor: Actor, row_id: int) -> BroughtList:
    """Write what a list says: all its lines that can be, in one transaction.

    Raises:
        NotFound: no such list, or not visible.
        Conflict: it was written or left aside.
        Invalid: no column names its rows.
    """
    row = _open(actor, row_id)
    looked = seen_again(actor, row)
    if looked is None:
        raise Invalid(_("No column says of which rows the list speaks."))
    write_lines(actor=actor, kind=row.kind, looked=looked)
    row.state = BroughtState.WRITTEN
    row.summary = {
        **row.summary, **looked.plan.counts,
        "refused_lines": [
            one.told for one in looked.plan.lines if one.action == "refused"
        ][:200],
    }  # fmt: skip
    row.version += 1
    row.save(update_fields=["state", "summary", "version"])
    journal.record(actor=actor, verb="list.write", subject=row, after=looked.plan.counts)
    return row


@service("list.leave")
def leave(*, actor: Actor, row_id: int) -> BroughtList:
    """Leave a list aside: nothing of it is written.

    Raises:
        NotFound: no such list, or not visible.
        Conflict: it was written or left aside.
    """
    row = _open(actor, row_id)
    row.state = BroughtState.LEFT
    row.version += 1
    row.save(update_fields=["state", "version"])
    journal.record(actor=actor, verb="list.leave", subject=row)
    return row


def write_lines(*, actor: Actor, kind: str, looked: Looked) -> Plan:
    """Write the lines of a list by the rooms' own services; what one refuses is told on its line.

    The caller holds the transaction.
    """
    for line in looked.plan.lines:
        if line.action in {"create", "update"}:
            try:
                _write(actor, kind, line)
            except CompagnonError as error:
                texts = [str(text) for many in error.fields.values() for text in many]
                line.action, line.problems = "refused", [str(error), *texts]
    return looked.plan


def _write(actor: Actor, kind: str, line: Line) -> None:
    from compagnon.park.resources_supplies import LICENCES as RESOURCE

    if kind == BroughtKind.LICENCES:
        if line.row is None:
            line.row = rows.create(actor=actor, resource=RESOURCE, values=line.values)
        else:
            rows.change(actor=actor, resource=RESOURCE, row=line.row, values=line.values)
    elif line.row is None:
        values: dict[str, Any] = {**line.values, "origin": AssetOrigin.IMPORT}
        line.row = assets.create(actor=actor, values=values)
        # A list is not a person's word on a machine: the next inventory may correct it.
        Asset.objects.filter(pk=line.row.pk).update(locked=[])
    else:
        locked = list(line.row.locked)
        line.row = assets.change(actor=actor, asset=line.row, values=line.values)
        Asset.objects.filter(pk=line.row.pk).update(locked=locked)
