"""Calendars by API: the same services as the pages."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Query, Schema
from pydantic import AwareDatetime, Field

from compagnon.contracts import policies
from compagnon.contracts.api.schemas import EffectOut, check_period
from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import Calendar, Closure
from compagnon.contracts.previews import preview
from compagnon.contracts.services import calendars as services
from compagnon.contracts.services.calendars import CalendarChanges, ClosureLine
from compagnon.contracts.what_if import what_if_calendar
from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.api import expected_version as expected
from compagnon.core.visibility import get_visible, visible

router = Routes(tag="calendars")

Hour = Annotated[str, Field(max_length=8, examples=["09:00"])]
Hours = Annotated[list[tuple[Hour, Hour]], Field(max_length=48)]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Weekly = Annotated[
    dict[Day, Hours],
    Field(
        description="The stretches open, by day; a day left out is closed. 24:00 ends a day.",
        examples=[{"monday": [["09:00", "12:30"], ["13:30", "18:00"]]}],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=120, examples=["Heures de bureau"])]
Code = Annotated[str, Field(min_length=1, max_length=40, examples=["bureau"])]
Zone = Annotated[str, Field(min_length=1, max_length=64, examples=["Europe/Paris"])]
Country = Annotated[str, Field(max_length=2, examples=["FR"])]
Subdivision = Annotated[str, Field(max_length=10, examples=["6AE"])]
Word = Annotated[str, Field(max_length=60)]
Words = Annotated[list[Word], Field(max_length=100)]
DayOf = Annotated[date, Field(examples=["2026-08-10"])]


class ClosureIn(Body):
    """Days when the weekly hours do not hold."""

    kind: Literal["closed", "open"] = "closed"
    first_day: DayOf
    last_day: DayOf | None = None
    from_time: time | None = None
    until_time: Annotated[time | None, Field(description="00:00 is the end of the day.")] = None
    every_year: bool = False
    label: Annotated[str, Field(max_length=120, examples=["Congés d’été"])] = ""

    def line(self) -> ClosureLine:
        """Give it as the service takes it."""
        return ClosureLine(
            kind=self.kind,
            first_day=self.first_day,
            last_day=self.last_day or self.first_day,
            from_time=self.from_time,
            until_time=self.until_time,
            every_year=self.every_year,
            label=self.label,
        )


Closures = Annotated[list[ClosureIn], Field(max_length=services.MOST_CLOSURES)]


class ClosureOut(Schema):
    """Days when the weekly hours do not hold."""

    kind: str
    first_day: date
    last_day: date
    from_time: time | None
    until_time: time | None
    every_year: bool
    label: str


class CalendarOut(Schema):
    """When the time of a commitment counts."""

    id: int
    code: str
    name: str
    time_zone: str
    is_always_open: bool
    weekly: dict[str, list[list[str]]]
    holiday_country: str
    holiday_subdivision: str
    holiday_categories: list[str]
    holiday_exceptions: list[str]
    closures: list[ClosureOut]
    is_active: bool
    revision: Annotated[int, Field(description="Grows when what it says changes.")]
    version: int

    @staticmethod
    def resolve_closures(row: Calendar) -> list[Closure]:
        """Give the rows of its closures."""
        return list(row.closures.all())


class CalendarIn(Body):
    """A calendar to write."""

    code: Code
    name: Name
    time_zone: Zone = "Europe/Paris"
    is_always_open: bool = False
    weekly: Weekly = {}
    holiday_country: Country = ""
    holiday_subdivision: Subdivision = ""
    holiday_categories: Words = []
    holiday_exceptions: Words = []
    closures: Closures = []
    is_active: bool = True


class CalendarChange(Body):
    """What to change of a calendar; ``closures`` replaces them all."""

    code: Code | None = None
    name: Name | None = None
    time_zone: Zone | None = None
    is_always_open: bool | None = None
    weekly: Weekly | None = None
    holiday_country: Country | None = None
    holiday_subdivision: Subdivision | None = None
    holiday_categories: Words | None = None
    holiday_exceptions: Words | None = None
    closures: Closures | None = None
    is_active: bool | None = None


class CalendarWhatIfIn(Body):
    """A calendar as it would be, to weigh on the tickets opened in a period."""

    calendar: CalendarChange
    since: Annotated[AwareDatetime, Field(examples=["2026-01-01T00:00:00Z"])]
    until: Annotated[AwareDatetime, Field(examples=["2026-07-01T00:00:00Z"])]


class CalendarQuery(ListQuery):
    """What the list may be narrowed by."""

    code: Annotated[str | None, Field(max_length=40), FilterLookup("code")] = None
    is_active: Annotated[bool | None, FilterLookup("is_active")] = None
    ordering: Literal["name", "-name", "id", "-id"] = "name"


class OpeningOut(Schema):
    """A stretch that counts."""

    start: datetime
    end: datetime


class DayOut(Schema):
    """A day that is not an ordinary one of its week."""

    day: date
    kind: Annotated[str, Field(description="holiday, closure or opening")]
    label: str
    open_seconds: int


class YearOut(Schema):
    """A calendar's year, and its next openings from now."""

    year: int
    open_hours: int
    open_days: int
    special: list[DayOut]
    openings: list[OpeningOut]


class YearQuery(Schema):
    """Which year."""

    year: Annotated[int | None, Field(ge=1971, le=2099, description="This year if left out.")] = (
        None
    )


def _rows(request: ApiRequest) -> QuerySet[Calendar]:
    return visible(Calendar, request.actor).prefetch_related("closures")


def _one(request: ApiRequest, calendar_id: int) -> Calendar:
    return get_visible(Calendar, request.actor, _rows(request), pk=calendar_id)


@router.index("/calendars", CalendarOut)
def list_calendars(request: ApiRequest, query: Query[CalendarQuery]) -> QuerySet[Calendar]:
    """List the calendars."""
    return _rows(request)


@router.create("/calendars", CalendarOut, location=lambda row: f"/calendars/{row.pk}")
def create_calendar(request: ApiRequest, body: CalendarIn) -> Calendar:
    """Write a calendar."""
    values = body.model_dump(exclude={"closures"})
    return services.create(
        actor=request.actor,
        values=_values(values),
        closures=[each.line() for each in body.closures],
    )


@router.show("/calendars/{calendar_id}", CalendarOut)
def get_calendar(request: ApiRequest, calendar_id: Id) -> Calendar:
    """Read a calendar."""
    return _one(request, calendar_id)


@router.show("/calendars/{calendar_id}/year", YearOut)
def get_calendar_year(request: ApiRequest, calendar_id: Id, query: Query[YearQuery]) -> YearOut:
    """Read a calendar's year: hours open, holidays and closures, and its next openings from now."""
    row = _one(request, calendar_id)
    drawn = preview(
        freeze(row, row.closures.all()),
        year=query.year or timezone.localdate().year,
        now=timezone.now(),
    )
    return YearOut(
        year=drawn.year,
        open_hours=drawn.open_hours,
        open_days=drawn.open_days,
        special=[
            DayOut(day=each.day, kind=each.kind, label=each.label, open_seconds=each.open_seconds)
            for each in drawn.special
        ],
        openings=[OpeningOut(start=each.start, end=each.end) for each in drawn.openings],
    )


@router.change("/calendars/{calendar_id}", CalendarOut)
def change_calendar(request: ApiRequest, calendar_id: Id, body: CalendarChange) -> Calendar:
    """Change a calendar: running clocks count by it from now on."""
    row = _one(request, calendar_id)
    sent = body.model_dump(exclude_unset=True, exclude={"closures"})
    closures = None
    if body.closures is not None:
        closures = [each.line() for each in body.closures]
    services.change(
        actor=request.actor,
        calendar=row,
        changes=_values({name: value for name, value in sent.items() if value is not None}),
        closures=closures,
        expected_version=expected(request, row),
    )
    return _one(request, calendar_id)


@router.act("/calendars/{calendar_id}/what-if", EffectOut)
def weigh_calendar(request: ApiRequest, calendar_id: Id, body: CalendarWhatIfIn) -> EffectOut:
    """Tell what a changed calendar would have done to past tickets, on every contract you see."""
    row = _one(request, calendar_id)
    policies.check_everywhere(request.actor, services.VERB)
    check_period(body.since, body.until)
    sent = body.calendar.model_dump(exclude_unset=True, exclude={"closures"})
    frozen = services.as_changed(
        row,
        _values({name: value for name, value in sent.items() if value is not None}),
        None
        if body.calendar.closures is None
        else [each.line() for each in body.calendar.closures],
    )
    effect = what_if_calendar(
        actor=request.actor,
        calendar_id=row.pk,
        calendar=frozen,
        since=body.since,
        until=body.until,
    )
    return EffectOut.of(effect)


@router.remove("/calendars/{calendar_id}")
def delete_calendar(request: ApiRequest, calendar_id: Id) -> None:
    """Delete a calendar that nothing ever counted on."""
    row = _one(request, calendar_id)
    expected(request, row)
    services.remove(actor=request.actor, calendar=row)


def _values(sent: dict[str, object]) -> CalendarChanges:
    """Give what was sent as the service takes it, stretches as the database keeps them."""
    weekly = sent.get("weekly")
    if isinstance(weekly, dict):
        sent["weekly"] = {
            day: [[start, end] for start, end in hours] for day, hours in weekly.items()
        }
    return sent  # type: ignore[return-value]
