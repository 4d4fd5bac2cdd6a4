"""What must be seen to, by API: the same as the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, ListQuery, Routes
from compagnon.core.visibility import visible
from compagnon.park.models import Alert
from compagnon.park.services import alerts

router = Routes(tag="park")
Kind = Literal["stock", "licence", "notice", "contract", "warranty"]


class AlertOut(Schema):
    """Something that must be seen to: the subject is the row of ``kind`` under that key."""

    id: int
    organisation_id: int
    kind: Kind
    subject_id: int
    day: date | None
    raised_at: datetime
    ended_at: datetime | None


class AlertQuery(ListQuery):
    """Which alerts."""

    kind: Annotated[Kind | None, FilterLookup("kind")] = None
    waiting: Annotated[bool | None, FilterLookup("ended_at__isnull")] = None
    ordering: Literal["-raised_at", "raised_at"] = "-raised_at"


@router.index("/park-alerts", AlertOut)
def list_park_alerts(request: ApiRequest, query: Query[AlertQuery]) -> QuerySet[Alert]:
    """List alerts; ``waiting=true``: those that nobody has seen to."""
    return visible(Alert, request.actor)


class AlertsEndIn(Body):
    """Which alerts were seen to."""

    alert_ids: Annotated[
        list[Annotated[int, Field(ge=1, lt=2**63)]],
        Field(min_length=1, max_length=500, examples=[[12, 13]]),
    ]


class AlertsEndOut(Schema):
    """How many ended by this."""

    ended: int


@router.act("/park-alerts/end", AlertsEndOut)
def end_park_alerts(request: ApiRequest, body: AlertsEndIn) -> dict[str, int]:
    """Say that alerts were seen to."""
    return {"ended": alerts.end(actor=request.actor, alert_ids=body.alert_ids)}
