"""Imports of another desk's past by API."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import Bringing
from compagnon.desk.services import bringing as services
from compagnon.people.models import Organisation

router = Routes(tag="imports")

SourceName = Literal["servicenow", "glpi", "zammad", "request-tracker", "csv"]
# As a request's body may be: larger files come by the page or by the command.
LONGEST = 4_000_000


class ImportOut(Schema):
    """An import, or a dry run of it, and how far it is."""

    id: int
    source: str
    file_name: str
    organisation_id: int | None
    zone: str
    prefix: str
    is_dry_run: bool
    state: str
    total: int = Field(description="Tickets in the file, once it is read.")
    done: int
    error: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ImportWithReportOut(ImportOut):
    """An import with its report: counts, values without an equivalent, what was odd."""

    report: dict[str, Any]


class ImportIn(Body):
    """A file to import. Without ``dry_run`` false it is only tried."""

    source: SourceName
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["tickets.json"])]
    content_base64: Annotated[str, Field(max_length=LONGEST, examples=["bnVtYmVyCg=="])]
    organisation_id: Id | None = None
    mapping: dict[str, Any] | None = None
    zone: Annotated[str, Field(max_length=64, examples=["Europe/Paris"])] = ""
    prefix: Annotated[str, Field(max_length=20, examples=["RT-"])] = ""
    dry_run: bool = True


class ImportQuery(ListQuery):
    """Which imports, in which order."""

    state: Literal["waiting", "running", "done", "failed"] | None = None
    source: SourceName | None = None
    dry_run: Annotated[bool | None, FilterLookup("is_dry_run")] = None
    ordering: Literal["asked_at", "-asked_at"] = "-asked_at"


@router.index("/imports", ImportOut)
def list_imports(request: ApiRequest, query: Query[ImportQuery]) -> QuerySet[Bringing]:
    """List the imports."""
    services.check(request.actor)
    return visible(Bringing, request.actor).defer("report", "mapping")


@router.show("/imports/{import_id}", ImportWithReportOut)
def get_import(request: ApiRequest, import_id: Id) -> Bringing:
    """Read an import, with its report."""
    services.check(request.actor)
    return get_visible(Bringing, request.actor, pk=import_id)


@router.create("/imports", ImportOut, location=lambda row: f"/imports/{row.pk}")
def ask_import(request: ApiRequest, body: ImportIn) -> Bringing:
    """Have a file imported in the background, or tried."""
    given = body.model_dump()
    services.check(request.actor)
    try:
        content = base64.b64decode(given.pop("content_base64"), validate=True)
    except (ValueError, binascii.Error) as error:
        text = _("This is not base 64.")
        raise Invalid(text, fields={"content_base64": [text]}) from error
    organisation_id = given.pop("organisation_id")
    organisation = (
        get_visible(Organisation, request.actor, pk=organisation_id) if organisation_id else None
    )
    return services.ask(actor=request.actor, content=content, organisation=organisation, **given)


@router.act("/imports/{import_id}/confirm", ImportOut)
def confirm_import(request: ApiRequest, import_id: Id) -> Bringing:
    """Import for good what was tried."""
    services.check(request.actor)
    row = get_visible(Bringing, request.actor, pk=import_id)
    return services.confirm(actor=request.actor, bringing=row)
