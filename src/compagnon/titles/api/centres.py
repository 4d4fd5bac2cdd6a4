"""What a centre keeps of sessions by API: the forecast of the year, the State's approvals."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.people.models import Organisation
from compagnon.titles.models import CentreApproval, Forecast, TitleVersion
from compagnon.titles.queries import sessions as queries
from compagnon.titles.services import sessions

router = Routes(tag="sessions")

KindName = Literal["title", "ccp", "ccs"]


class ForecastOut(Schema):
    """A session foreseen."""

    id: int
    organisation_id: int
    version_of_title_id: int
    kind: KindName
    month: date
    places: int
    submitted_on: date | None


class ForecastQuery(ListQuery):
    """Which ones, in which order."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    year: Annotated[int | None, Field(ge=2000, le=2200), FilterLookup("month__year")] = None
    ordering: Literal["month", "-month"] = "month"


class ForecastIn(Body):
    """A session to foresee."""

    organisation_id: Id
    version_of_title_id: Id
    kind: KindName
    month: Annotated[date, Field(examples=["2027-06-01"])]
    places: Annotated[int, Field(ge=1, le=500)]
    submitted_on: date | None = None


class ApprovalOut(Schema):
    """An approval of a centre."""

    id: int
    organisation_id: int
    version_of_title_id: int
    number: str
    approved_on: date
    valid_to: date | None
    suspended_on: date | None
    equipment: str


class ApprovalQuery(ListQuery):
    """Which ones, in which order."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["-approved_on", "approved_on"] = "-approved_on"


class ApprovalIn(Body):
    """An approval to record."""

    organisation_id: Id
    version_of_title_id: Id
    number: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]
    approved_on: date
    valid_to: date | None = None
    equipment: Annotated[str, Field(max_length=10000, pattern=r"^[^\x00]*$")] = ""


def centre_and_version(request: ApiRequest, body: Any) -> dict[str, Any]:
    """Give the centre and the version that a body names."""
    centre = visible(Organisation, request.actor).filter(pk=body.organisation_id).first()
    if centre is None:
        raise Invalid(fields={"organisation_id": [_("There is none that you see.")]})
    version = TitleVersion.objects.filter(pk=body.version_of_title_id).first()
    if version is None:
        raise Invalid(fields={"version_of_title_id": [_("There is none that you see.")]})
    return {"centre": centre, "version": version}


@router.index("/session-forecasts", ForecastOut)
def list_forecasts(request: ApiRequest, query: Query[ForecastQuery]) -> QuerySet[Forecast]:
    """List the sessions foreseen."""
    return queries.forecasts(request.actor)


@router.create("/session-forecasts", ForecastOut, location=lambda _row: "/session-forecasts")
def foresee_session(request: ApiRequest, body: ForecastIn) -> Forecast:
    """Foresee a session, or change what was foreseen for that month."""
    return sessions.foresee(
        actor=request.actor,
        **centre_and_version(request, body),
        kind=body.kind,
        month=body.month,
        places=body.places,
        submitted_on=body.submitted_on,
    )


@router.index("/centre-approvals", ApprovalOut)
def list_approvals(request: ApiRequest, query: Query[ApprovalQuery]) -> QuerySet[CentreApproval]:
    """List the approvals of your centres."""
    return queries.approvals(request.actor)


@router.create("/centre-approvals", ApprovalOut, location=lambda _row: "/centre-approvals")
def record_approval(request: ApiRequest, body: ApprovalIn) -> CentreApproval:
    """Record that the State approved a centre for a title."""
    return sessions.record_approval(
        actor=request.actor,
        **centre_and_version(request, body),
        number=body.number,
        approved_on=body.approved_on,
        valid_to=body.valid_to,
        equipment=body.equipment,
    )
