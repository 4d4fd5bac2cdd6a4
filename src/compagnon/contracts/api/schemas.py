"""What the API of contracts shows and takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import AwareDatetime, Field

from compagnon.contracts.clock import TARGET_MAX
from compagnon.contracts.clock.zones import FIRST_YEAR, LAST_YEAR
from compagnon.contracts.models import Commitment, ServiceContract
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.weighing import Affected, Effect, Tally
from compagnon.contracts.what_if import MOST_CLOCKS
from compagnon.core.api import Body, Id
from compagnon.core.errors import Invalid

MeasureName = Literal["take_up", "first_response", "resolution"]
ReasonName = Literal["waiting_user", "appointment", "waiting_supplier", "waiting_approval", "other"]
KindName = Literal["sla", "ola", "underpinning"]
Name = Annotated[str, Field(min_length=1, max_length=120, examples=["Support bureautique"])]
Reference = Annotated[str, Field(min_length=1, max_length=40, examples=["SLA-2026-04"])]
Percent = Annotated[int, Field(ge=1, le=99, examples=[75])]
StartsOn = Annotated[date, Field(examples=["2026-01-01"])]
EndsOn = Annotated[date, Field(examples=["2026-12-31"])]
TargetSeconds = Annotated[
    int, Field(ge=1, le=TARGET_MAX, description="Counted seconds.", examples=[14400])
]


class CommitmentIn(Body):
    """One commitment as written. Empty criteria mean «any»."""

    id: Annotated[
        Id | None, Field(description="Of the commitment in force that it stays or replaces.")
    ] = None
    measure: MeasureName
    target_seconds: TargetSeconds
    calendar_id: Annotated[Id | None, Field(description="Empty: the contract's own.")] = None
    priorities: Annotated[
        list[Annotated[int, Field(ge=1, le=5)]], Field(max_length=5, examples=[[1, 2]])
    ] = []
    category_path: Annotated[
        str, Field(max_length=200, description="A category and all below it.", examples=["3/8"])
    ] = ""
    service_id: Id | None = None
    request_type_id: Id | None = None
    kind: Literal["", "incident", "service_request"] = ""

    def line(self) -> CommitmentLine:
        """Give it as the service takes it."""
        return CommitmentLine(
            id=self.id,
            measure=self.measure,
            target_seconds=self.target_seconds,
            calendar_id=self.calendar_id,
            priorities=tuple(self.priorities),
            category_path=self.category_path,
            service_id=self.service_id,
            request_type_id=self.request_type_id,
            kind=self.kind,
        )


class TermsIn(Body):
    """All the terms of a contract: what is left out is no longer promised."""

    calendar_id: Id
    commitments: Annotated[
        list[CommitmentIn],
        Field(
            max_length=200,
            examples=[[{"measure": "resolution", "target_seconds": 14400, "priorities": [1, 2]}]],
        ),
    ]
    pauses: Annotated[
        dict[ReasonName, bool],
        Field(
            description="By reason to wait, whether the clock stops; the usual rule without.",
            examples=[{"waiting_user": True, "waiting_supplier": False}],
        ),
    ] = {}

    def terms(self) -> TermsChange:
        """Give them as the service takes them."""
        return TermsChange(
            calendar_id=self.calendar_id,
            commitments=tuple(each.line() for each in self.commitments),
            pauses={str(reason): pausing for reason, pausing in self.pauses.items()},
        )


class WhatIfIn(Body):
    """Terms to weigh on the tickets opened in a period."""

    terms: TermsIn
    since: Annotated[AwareDatetime, Field(examples=["2026-01-01T00:00:00Z"])]
    until: Annotated[AwareDatetime, Field(examples=["2026-07-01T00:00:00Z"])]
    limit: Annotated[
        int,
        Field(ge=1, le=MOST_CLOCKS, description="Look at no more clocks, the latest first."),
    ] = MOST_CLOCKS


def check_period(since: datetime, until: datetime) -> None:
    """Refuse a period to weigh that holds no ticket.

    Raises:
        Invalid: an end outside the years that the clock knows, or an end before its beginning.
    """
    for name, at in (("since", since), ("until", until)):
        if not FIRST_YEAR < at.year < LAST_YEAR:
            raise Invalid(fields={name: [_("The clock knows the years 1970 to 2100.")]})
    if until <= since:
        raise Invalid(fields={"until": [_("It comes before the beginning.")]})


class ContractIn(Body):
    """A contract to draft."""

    kind: KindName = "sla"
    provider_id: Id
    client_id: Id | None = None
    team_id: Id | None = None
    name: Name
    reference: Reference
    starts_on: StartsOn
    ends_on: EndsOn | None = None
    calendar_id: Id
    warn_percent: Percent = 75


class ContractChange(Body):
    """What to change of a contract beside its terms."""

    kind: KindName | None = None
    provider_id: Id | None = None
    client_id: Id | None = None
    team_id: Id | None = None
    name: Name | None = None
    reference: Reference | None = None
    starts_on: StartsOn | None = None
    ends_on: EndsOn | None = None
    warn_percent: Percent | None = None


class EndIn(Body):
    """When a contract ends."""

    last_day: EndsOn


class CommitmentOut(Schema):
    """One measurable target; its terms never change."""

    id: int
    contract_id: int
    measure: str
    target_seconds: int
    calendar_id: int | None
    priorities: list[int]
    category_path: str
    service_id: int | None
    request_type_id: int | None
    kind: str
    replaces_id: int | None
    created_at: datetime
    retired_at: datetime | None


class ContractOut(Schema):
    """A service contract with its terms in force."""

    id: int
    kind: str
    provider_id: int
    client_id: int | None
    team_id: int | None
    name: str
    reference: str
    starts_on: date
    ends_on: date | None
    calendar_id: int
    warn_percent: int
    state: str
    commitments: list[CommitmentOut]
    pauses: dict[str, bool]
    version: int

    @staticmethod
    def resolve_commitments(row: ServiceContract) -> list[Commitment]:
        """Give those in force, read beforehand under ``in_force``."""
        found: list[Commitment] = row.in_force  # type: ignore[attr-defined]
        return found

    @staticmethod
    def resolve_pauses(row: ServiceContract) -> dict[str, bool]:
        """Give the rules written, by reason."""
        return {rule.reason: rule.pauses for rule in row.pause_rules.all()}


class TallyOut(Schema):
    """How many clocks were, and would have been, met and missed."""

    key: str
    before_met: int
    before_missed: int
    after_met: int
    after_missed: int
    after_none: Annotated[int, Field(description="No longer promised.")]

    @classmethod
    def of(cls, key: str, tally: Tally) -> TallyOut:
        """Show one group."""
        return cls(
            key=key,
            before_met=tally.before_met,
            before_missed=tally.before_missed,
            after_met=tally.after_met,
            after_missed=tally.after_missed,
            after_none=tally.after_none,
        )


class AffectedOut(Schema):
    """A clock that would have ended otherwise, or nearer to its limit."""

    subject_kind: str
    subject_id: int
    measure: str
    priority: int | None
    started_at: datetime
    before_state: str
    before_target: int
    before_elapsed: int
    after_state: str
    after_target: int | None
    after_elapsed: int | None


class EffectOut(Schema):
    """What terms would have done."""

    since: datetime
    until: datetime
    truncated: Annotated[bool, Field(description="There were more clocks, all older.")]
    newly_missed: int
    newly_met: int
    total: TallyOut
    by_measure: list[TallyOut]
    by_priority: list[TallyOut]
    by_month: list[TallyOut]
    most_affected: list[AffectedOut]

    @classmethod
    def of(cls, effect: Effect) -> EffectOut:
        """Show a what-if."""
        return cls(
            since=effect.since,
            until=effect.until,
            truncated=effect.truncated,
            newly_missed=effect.newly_missed,
            newly_met=effect.newly_met,
            total=TallyOut.of("", effect.total),
            by_measure=[TallyOut.of(key, tally) for key, tally in effect.by_measure.items()],
            by_priority=[
                TallyOut.of(str(key or ""), tally) for key, tally in effect.by_priority.items()
            ],
            by_month=[TallyOut.of(key, tally) for key, tally in effect.by_month.items()],
            most_affected=[_affected(each) for each in effect.most_affected],
        )


def _affected(each: Affected) -> AffectedOut:
    return AffectedOut(**{name: getattr(each, name) for name in AffectedOut.model_fields})


class KeptOut(Schema):
    """How many clocks of a measure were met and missed."""

    measure: MeasureName
    met: int
    missed: int
    percent: int = Field(description="The share met, rounded down.")


class KeptsOut(Schema):
    """What was kept of a contract."""

    items: list[KeptOut]


class KeptQuery(Schema):
    """How far back."""

    days: Annotated[int, Field(ge=1, le=3660)] = 90
