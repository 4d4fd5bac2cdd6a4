"""Rule sets and decisions by API: the same reads and verbs as the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.people.models import Organisation
from compagnon.titles import policies_decisions as policies
from compagnon.titles import ruling
from compagnon.titles.models import Decision
from compagnon.titles.queries import decisions as queries
from compagnon.titles.ruling.written import plain, rule_document, set_summary
from compagnon.titles.services import decisions as services

router = Routes(tag="decisions")

SetName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["arretes-2006-2008"])]
Both = Annotated[dict[str, str], Field(examples=[{"fr": "accordé", "en": "granted"}])]
Candidacy = Annotated[
    dict[str, Any],
    Field(
        description="A candidacy, see the page «Decide» of the reference.",
        examples=[{"title": "TP-00485", "path": "continuous", "date": "2014-06-20"}],
    ),
]


class RuleSetOut(Schema):
    """Rules in force together over an interval of days."""

    id: str
    name: Both
    why: Both
    valid_from: date
    valid_until: date | None
    digest: str
    notes: list[Both]
    rules: list[dict[str, Any]] = Field(description="Each with its citation and its parameters.")
    conflicts: list[dict[str, Any]]


class RuleSetsOut(Schema):
    """The rule sets, oldest first."""

    items: list[RuleSetOut]


class DecisionOut(Schema):
    """A decision that is kept."""

    id: int
    organisation_id: int
    candidacy: str
    title_code: str
    path: str
    request: str
    outcome: str
    decided_on: date
    rule_set: str
    rule_set_digest: str
    recorded_at: datetime
    recorded_by_id: int | None
    previous_id: int | None


class DecisionWhole(DecisionOut):
    """A decision with its inputs and its result."""

    inputs: dict[str, Any]
    result: dict[str, Any]


class TriedOut(Schema):
    """What was decided, and kept nowhere."""

    decision: dict[str, Any] = Field(description="See the page «Decide» of the reference.")


class DecisionReportOut(Schema):
    """A kept decision beside what another set would have given."""

    decision_id: int
    reproduced: bool
    same_outcome: bool
    decision: dict[str, Any]
    other: dict[str, Any]
    changes: list[dict[str, Any]]


class DecisionQuery(ListQuery):
    """Which decisions, in which order."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    outcome: Annotated[
        Literal["granted", "partial", "refused", "not_receivable", "needs_person"] | None,
        FilterLookup("outcome"),
    ] = None
    candidacy: Annotated[
        str | None, FilterLookup("candidacy"), Field(max_length=200, pattern=r"^[^\x00]*$")
    ] = None
    ordering: Literal["-recorded_at", "recorded_at"] = "-recorded_at"


class DecisionReportQuery(Schema):
    """Under which set."""

    rule_set: SetName


class TryIn(Body):
    """A candidacy, and under which rules."""

    candidacy: Candidacy
    rule_set: SetName | None = None
    at: Annotated[date | None, Field(examples=["2014-06-20"])] = None


class RecordIn(TryIn):
    """A candidacy to decide for good."""

    organisation_id: Id
    previous_id: Annotated[Id | None, Field(description="The decision that it corrects.")] = None


def _set_out(one: ruling.RuleSet) -> dict[str, Any]:
    told: dict[str, Any] = plain({
        **set_summary(one),
        "why": one.why,
        "notes": one.notes,
        "rules": [rule_document(rule) for rule in one.rules],
        "conflicts": [
            {
                "id": each.id, "question": each.question, "rules": each.rules,
                "applied": each.applied, "reason": each.reason,
            }
            for each in one.conflicts
        ],
    })  # fmt: skip
    return told


@router.show("/rule-sets", RuleSetsOut)
def list_rule_sets(request: ApiRequest) -> dict[str, Any]:
    """List the rule sets with their rules, oldest first."""
    return {"items": [_set_out(one) for one in ruling.rule_sets()]}


@router.show("/rule-sets/{set_id}", RuleSetOut)
def get_rule_set(request: ApiRequest, set_id: SetName) -> dict[str, Any]:
    """Read a rule set."""
    return _set_out(queries.rule_set(set_id))


@router.index("/decisions", DecisionOut)
def list_decisions(request: ApiRequest, query: Query[DecisionQuery]) -> QuerySet[Decision]:
    """List the decisions of your centres."""
    return queries.decisions(request.actor)


# Before what takes a key: the first that fits a path answers.
@router.act("/decisions/try", TriedOut)
def try_decision(request: ApiRequest, body: TryIn) -> dict[str, Any]:
    """Decide a candidacy and keep nothing."""
    policies.check_try(request.actor)
    found = services.try_decision(document=body.candidacy, at=body.at, rule_set=body.rule_set or "")
    return {"decision": ruling.document(found)}


@router.show("/decisions/{decision_id}", DecisionWhole)
def get_decision(request: ApiRequest, decision_id: Id) -> Decision:
    """Read a decision with its inputs, every rule applied and its result."""
    return queries.decision(request.actor, decision_id)


@router.show("/decisions/{decision_id}/reevaluation", DecisionReportOut)
def reevaluate_decision(
    request: ApiRequest, decision_id: Id, query: Query[DecisionReportQuery]
) -> dict[str, Any]:
    """Decide a kept decision again under another set, as a report: it stays as it is."""
    return queries.report(queries.decision(request.actor, decision_id), query.rule_set).document()


@router.create("/decisions", DecisionWhole, location=lambda row: f"/decisions/{row.pk}")
def record_decision(request: ApiRequest, body: RecordIn) -> Decision:
    """Decide a candidacy and keep the decision, for ever: a correction is a new one."""
    organisation = visible(Organisation, request.actor).filter(pk=body.organisation_id).first()
    if organisation is None:
        raise Invalid(fields={"organisation_id": [_("There is none that you see.")]})
    previous = queries.decision(request.actor, body.previous_id) if body.previous_id else None
    return services.record_decision(
        actor=request.actor,
        organisation=organisation,
        document=body.candidacy,
        at=body.at,
        rule_set=body.rule_set or "",
        previous=previous,
    )
