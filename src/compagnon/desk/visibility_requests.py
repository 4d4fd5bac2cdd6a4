"""Who sees which rows of service requests: approvals and voices."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core import visibility
from compagnon.core.actor import Scope
from compagnon.desk.models import (
    Approval,
    ApprovalVoice,
    RequestAnswers,
    RequestDraft,
    RequestFile,
)
from compagnon.desk.visibility import support_filter, told_filter

SUPPLY = "desk.supplystep"
"""The subject of approvals that hang on supplies."""


def asked_filter(scope: Scope, prefix: str = "") -> Q:
    """Give the filter for approvals that are asked of the scope's person; nobody without one."""
    if not scope.person_id or not scope.reaches_own("approval.own"):
        return Q(**{f"{prefix}pk__in": []})
    mine = ApprovalVoice.objects.filter(person_id=scope.person_id).values("approval_id")
    return Q(**{f"{prefix}pk__in": mine})


@visibility.rule(Approval)
def approvals(scope: Scope, rows: QuerySet[Approval]) -> QuerySet[Approval]:
    """Those of tickets one works on or whose public side one reads, and those asked of oneself."""
    return _with_ticket(scope, rows, "")


@visibility.rule(ApprovalVoice)
def voices(scope: Scope, rows: QuerySet[ApprovalVoice]) -> QuerySet[ApprovalVoice]:
    """As their approval."""
    return _with_ticket(scope, rows, "approval__")


def _with_ticket(scope: Scope, rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    support = support_filter(scope, prefix=f"{prefix}ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    # What a supply costs is not for who wished for it, nor who watches: see ``supply_reading``.
    told = told_filter(scope, f"{prefix}ticket__") & ~Q(**{f"{prefix}subject_kind": SUPPLY})
    return rows.filter(support | told | asked_filter(scope, prefix))


@visibility.rule(RequestAnswers)
def answers(scope: Scope, rows: QuerySet[RequestAnswers]) -> QuerySet[RequestAnswers]:
    """As their ticket; who is asked to approve the request reads them too."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    asked = Q(pk__in=[])
    if scope.reaches_own("approval.own"):
        mine = ApprovalVoice.objects.filter(person_id=scope.person_id)
        asked = Q(ticket_id__in=mine.values("approval__ticket_id"))
    return rows.filter(support | told_filter(scope, "ticket__") | asked)


@visibility.rule(RequestDraft)
def request_drafts(scope: Scope, rows: QuerySet[RequestDraft]) -> QuerySet[RequestDraft]:
    """What somebody has begun to write: oneself alone."""
    return rows.filter(person_id=scope.person_id or 0)


@visibility.rule(RequestFile)
def draft_files(scope: Scope, rows: QuerySet[RequestFile]) -> QuerySet[RequestFile]:
    """As their draft."""
    return rows.filter(draft__person_id=scope.person_id or 0)
