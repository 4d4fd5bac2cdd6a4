"""Papers of the life of assets by API: sheets, files for an auditor, labels."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.core.visibility import get_visible
from compagnon.park.api.life import Key, row_or_none
from compagnon.park.documents import waste
from compagnon.park.documents.custody import custody as custody_pdf
from compagnon.park.documents.labels import labels
from compagnon.park.models import CustodySheet, Disposal
from compagnon.park.policies import VIEW
from compagnon.park.queries import life
from compagnon.park.services import custody
from compagnon.park.views.acting import actor_of
from compagnon.park.views.labels import chosen
from compagnon.people.models import Organisation, Site

router = Routes(tag="park")


@router.download("/custody-sheets/{sheet_id}/document")
def get_custody_document(request: ApiRequest, sheet_id: Id) -> HttpResponseBase:
    """Download a hand-over or a return as PDF."""
    rows = CustodySheet.objects.select_related(*custody.RELATED)
    row = get_visible(CustodySheet, request.actor, rows, pk=sheet_id)
    return HttpResponse(custody_pdf(row), content_type="application/pdf")


@router.download("/disposals/{lot_id}/document")
def get_disposal_document(request: ApiRequest, lot_id: Id) -> HttpResponseBase:
    """Download the file of a lot of electrical waste for an auditor, as ZIP."""
    rows = Disposal.objects.select_related("organisation", "certificate")
    row = get_visible(Disposal, request.actor, rows, pk=lot_id)
    content = waste.archive(row, list(life.items(row)))
    return HttpResponse(content, content_type="application/zip")


class LabelsQuery(Schema):
    """Which labels, on which paper."""

    organisation_id: Key
    site_id: Key | None = None
    numbers: Annotated[
        str,
        Field(max_length=4000, description="Inventory numbers or names; empty: all that is there."),
    ] = ""
    paper: Literal["3x8", "2x7", "4x10"] = "3x8"
    skip: Annotated[int, Field(ge=0, le=39, description="Labels of the sheet used already.")] = 0


@router.download("/asset-labels")
def get_asset_labels(request: ApiRequest, query: Query[LabelsQuery]) -> HttpResponseBase:
    """Download sheets of labels with QR codes as PDF."""
    actor = actor_of(request, VIEW)
    organisation = get_visible(Organisation, actor, pk=query.organisation_id)
    site = row_or_none(request, Site, query.site_id)
    found = chosen(actor, organisation, site, query.numbers)
    made = labels(found, paper=query.paper, skip=query.skip)
    return HttpResponse(made, content_type="application/pdf")
