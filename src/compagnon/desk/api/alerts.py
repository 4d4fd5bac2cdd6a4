"""Supervisions and their alerts by API; they post theirs to ``/alerts``, with their own token."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.contracts.models import Service
from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.api.etag import expected_version
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.inbound import alerts as adapters
from compagnon.desk.models import Alert, AlertReport, AlertSource, Category
from compagnon.desk.services import alert_sources as services
from compagnon.people.models import Organisation, Person, Team

router = Routes(tag="alerts")

MOST_SAMPLE = 100_000
AdapterName = Annotated[str, Field(max_length=20, examples=["alertmanager"])]
Path = Annotated[str, Field(max_length=200)]
OnEndName = Literal["solve", "close", "note"]
Mapping = Annotated[
    dict[str, Path], Field(examples=[{"key": "id", "name": "title", "state": "status"}])
]


class SupervisionAlertOut(Schema):
    """An alert, and its incident."""

    id: int
    source_id: int
    name: str
    severity: str
    host: str
    state: Literal["firing", "ended"]
    ticket_id: int | None
    asset_id: int | None
    silence_id: int | None = Field(description="The maintenance that hushes it.")
    count: int = Field(description="Times it was heard since it last began.")
    began_at: datetime
    heard_at: datetime
    ended_at: datetime | None
    is_flapping: bool


class AlertSourceOut(Schema):
    """A supervision, without its token."""

    id: int
    name: str
    adapter: str
    organisation_id: int
    requester_id: int
    team_id: int | None
    category_id: int | None
    service_id: int | None
    on_end: OnEndName
    reopen_minutes: int
    reopen_limit: int
    mapping: dict[str, str]
    prefix: str
    is_active: bool
    heard_at: datetime | None
    error: str
    version: int


class AlertSourceWithTokenOut(Schema):
    """A supervision with its token, which is shown this once."""

    source: AlertSourceOut
    token: str


class AlertReportOut(Schema):
    """What a supervision posted, and what became of it."""

    id: int
    source_id: int
    received_at: datetime
    peer: str
    state: Literal["waiting", "done", "refused"]
    error: str
    alerts: int
    duplicates: int
    body: str


class AlertSourceIn(Body):
    """A supervision to connect."""

    organisation_id: Id
    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Prometheus"])]
    adapter: AdapterName
    requester_id: Id
    team_id: Id | None = None
    category_id: Id | None = None
    service_id: Id | None = None
    on_end: OnEndName = "solve"
    reopen_minutes: Annotated[int, Field(ge=0, le=43_200)] = 120
    reopen_limit: Annotated[int, Field(ge=0, le=100)] = 3
    mapping: Mapping = {}


class AlertSourceChangeIn(Body):
    """What changes; what is absent stays."""

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    requester_id: Id | None = None
    team_id: Id | None = None
    category_id: Id | None = None
    service_id: Id | None = None
    on_end: OnEndName | None = None
    reopen_minutes: Annotated[int, Field(ge=0, le=43_200)] | None = None
    reopen_limit: Annotated[int, Field(ge=0, le=100)] | None = None
    mapping: Mapping | None = None
    is_active: bool | None = None


class SampleIn(Body):
    """A sample of what a supervision posts, to see what is read of it."""

    adapter: AdapterName
    sample: Annotated[
        str,
        Field(max_length=MOST_SAMPLE, examples=['{"id": "7", "title": "Disque plein"}']),
    ]
    mapping: Mapping = {}


class HappeningOut(Schema):
    """An alert as it is read."""

    name: str
    is_firing: bool
    host: str
    address: str
    severity: str
    text: str
    fingerprint: str


class SampleOut(Schema):
    """What is read of a sample."""

    items: list[HappeningOut]


class SupervisionAlertQuery(ListQuery):
    """Which alerts, in which order."""

    state: Literal["firing", "ended"] | None = None
    source: Annotated[Id | None, FilterLookup("source_id")] = None
    ordering: Literal["heard_at", "-heard_at"] = "-heard_at"


class AlertSourceQuery(ListQuery):
    """Which supervisions, in which order."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["name", "-name"] = "name"


class AlertReportQuery(ListQuery):
    """Which reports, in which order."""

    state: Literal["waiting", "done", "refused"] | None = None
    ordering: Literal["received_at", "-received_at"] = "-received_at"


@router.index("/supervision-alerts", SupervisionAlertOut)
def list_supervision_alerts(
    request: ApiRequest, query: Query[SupervisionAlertQuery]
) -> QuerySet[Alert]:
    """List the alerts of supervisions, with their incidents."""
    return visible(Alert, request.actor)


@router.index("/alert-sources", AlertSourceOut)
def list_alert_sources(
    request: ApiRequest, query: Query[AlertSourceQuery]
) -> QuerySet[AlertSource]:
    """List the supervisions that send alerts."""
    return visible(AlertSource, request.actor)


@router.show("/alert-sources/{source_id}", AlertSourceOut)
def get_alert_source(request: ApiRequest, source_id: Id) -> AlertSource:
    """Read a supervision."""
    return get_visible(AlertSource, request.actor, pk=source_id)


@router.create(
    "/alert-sources",
    AlertSourceWithTokenOut,
    location=lambda made: f"/alert-sources/{made.source.pk}",
)
def create_alert_source(request: ApiRequest, body: AlertSourceIn) -> services.Made:
    """Connect a supervision; its token is in this answer and nowhere else."""
    given = _rows(request, body.model_dump())
    return services.create_source(actor=request.actor, **given)


@router.change("/alert-sources/{source_id}", AlertSourceOut)
def change_alert_source(
    request: ApiRequest, source_id: Id, body: AlertSourceChangeIn
) -> AlertSource:
    """Change how a supervision's alerts are taken."""
    found = get_visible(AlertSource, request.actor, pk=source_id)
    given = body.model_dump(exclude_unset=True)
    optional = {"team_id", "category_id", "service_id"}
    given = {name: value for name, value in given.items() if value is not None or name in optional}
    return services.change_source(
        actor=request.actor,
        source=found,
        changes=_rows(request, given),
        expected_version=expected_version(request, found),
    )


@router.remove("/alert-sources/{source_id}")
def remove_alert_source(request: ApiRequest, source_id: Id) -> None:
    """Take a supervision away; its incidents stay."""
    found = get_visible(AlertSource, request.actor, pk=source_id)
    expected_version(request, found)
    services.remove_source(actor=request.actor, source=found)


@router.act("/alert-sources/{source_id}/rotate", AlertSourceWithTokenOut)
def rotate_alert_source(request: ApiRequest, source_id: Id) -> services.Made:
    """Give a new token; the former one is taken for a day more."""
    found = get_visible(AlertSource, request.actor, pk=source_id)
    return services.rotate_source(actor=request.actor, source=found)


@router.index("/alert-sources/{source_id}/reports", AlertReportOut)
def list_alert_reports(
    request: ApiRequest, source_id: Id, query: Query[AlertReportQuery]
) -> QuerySet[AlertReport]:
    """List what a supervision posted in the last week."""
    found = get_visible(AlertSource, request.actor, pk=source_id)
    return visible(AlertReport, request.actor).filter(source=found)


@router.show("/alert-reports/{report_id}", AlertReportOut)
def get_alert_report(request: ApiRequest, report_id: Id) -> AlertReport:
    """Read what was posted, to the letter."""
    return get_visible(AlertReport, request.actor, pk=report_id)


@router.act("/alert-samples", SampleOut)
def read_alert_sample(request: ApiRequest, body: SampleIn) -> dict[str, Any]:
    """See what is read of a sample, by an adapter and a mapping; nothing is kept."""
    try:
        return {"items": adapters.read(body.adapter, body.sample, body.mapping)}
    except adapters.NotUnderstood as error:
        raise Invalid(str(error), code="not-understood") from error


def _rows(request: ApiRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Turn keys into the rows that the caller sees.

    Raises:
        NotFound: there is none of that key, or it is not visible.
    """
    models: dict[str, Any] = {
        "organisation": Organisation, "requester": Person, "team": Team, "category": Category,
        "service": Service,
    }  # fmt: skip
    for name, model in models.items():
        if f"{name}_id" in given:
            key = given.pop(f"{name}_id")
            given[name] = get_visible(model, request.actor, pk=key) if key else None
    return given
