"""Who sees which rows of ``contracts``.

A contract is seen by whoever holds ``contract.view`` on its client's organisation, on its team's,
or on its provider; with it go its commitments, its pause rules, and the clocks that count for it.
Calendars and the catalogue are seen by everybody who is known.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.contracts.models import (
    Calendar,
    CalendarRevision,
    Clock,
    ClockSegment,
    Closure,
    Commitment,
    FormVersion,
    PauseRule,
    RequestForm,
    RequestType,
    Service,
    ServiceContract,
    TermsStamp,
)
from compagnon.core.actor import Scope
from compagnon.core.visibility import rule

VIEW = "contract.view"


def _on(organisations: frozenset[int], *fields: str) -> Q:
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__in": sorted(organisations)})
    return found


@rule(ServiceContract)
def contracts(scope: Scope, rows: QuerySet[ServiceContract]) -> QuerySet[ServiceContract]:
    """Those of organisations where the scope sees contracts, on either side."""
    return _of_contract(scope, rows, "")


@rule(Commitment, PauseRule)
def with_contract(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """As their contract."""
    return _of_contract(scope, rows, "contract__")


def _of_contract(scope: Scope, rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    reach = scope.organisations(VIEW)
    if reach is None:
        return rows
    if not reach:
        return rows.none()
    fields = ("client_id", "provider_id", "team__organisation_id")
    return rows.filter(_on(reach, *(prefix + field for field in fields)))


@rule(Clock)
def clocks(scope: Scope, rows: QuerySet[Clock]) -> QuerySet[Clock]:
    """Those on subjects of organisations where the scope sees contracts.

    Not those of every contract it sees: a provider's contract counts for other organisations too.
    """
    return _of_organisation(scope, rows, "organisation_id", "kind")


@rule(ClockSegment)
def segments(scope: Scope, rows: QuerySet[ClockSegment]) -> QuerySet[ClockSegment]:
    """As their clock."""
    return _of_organisation(scope, rows, "clock__organisation_id", "clock__kind")


def _of_organisation(scope: Scope, rows: QuerySet[Any], field: str, kind: str) -> QuerySet[Any]:
    reach = scope.organisations(VIEW)
    if reach is None:
        return rows
    if not reach:
        return rows.none()
    found = Q(**{f"{field}__in": sorted(reach)})
    if not _works_for_a_team(scope):
        # How the provider's teams share the work among them, and what its suppliers promised it,
        # is not the client's affair.
        found &= ~Q(**{f"{kind}__in": ["ola", "underpinning"]})
    return rows.filter(found)


def _works_for_a_team(scope: Scope) -> bool:
    return bool(scope.team_ids)


@rule(RequestForm)
def drafts(scope: Scope, rows: QuerySet[RequestForm]) -> QuerySet[RequestForm]:
    """Who manages forms."""
    return rows if scope.allows("form.manage", None) else rows.none()


@rule(FormVersion)
def versions(scope: Scope, rows: QuerySet[FormVersion]) -> QuerySet[FormVersion]:
    """What is asked with now: everybody who is known; earlier ones: who manages forms."""
    if scope.allows("form.manage", None):
        return rows
    if scope.person_id is None:
        return rows.none()
    published = RequestForm.objects.exclude(published=None).values("published_id")
    return rows.filter(pk__in=published)


@rule(Service, RequestType, Calendar, Closure, CalendarRevision)
def for_everybody(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Everybody who is known."""
    return rows if scope.person_id is not None else rows.none()


@rule(TermsStamp)
def for_the_program(_scope: Scope, rows: QuerySet[TermsStamp]) -> QuerySet[TermsStamp]:
    """Nobody: only the program reads it."""
    return rows.none()
