"""Who sees which rows of what people are told: oneself alone, and no more than one may read."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from compagnon.core import visibility
from compagnon.core.actor import Scope
from compagnon.desk.models import (
    ApprovalVoice,
    Notice,
    NoticeChoice,
    NoticeEvent,
    NoticeMail,
    NoticePreference,
    PushKey,
    PushSubscription,
)
from compagnon.desk.visibility import support_filter, told_filter


@visibility.rule(Notice)
def notices(scope: Scope, rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """What is told to oneself, while one may still read the ticket's side that it is about."""
    own = rows.filter(person_id=scope.person_id or 0)
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return own
    public = Q(is_internal=False) & told_filter(scope, "ticket__")
    # Who is asked to approve need not see the ticket: they are told that they are asked.
    mine = ApprovalVoice.objects.filter(person_id=scope.person_id or 0)
    asked = Q(event=NoticeEvent.APPROVAL, ticket_id__in=mine.values("approval__ticket_id"))
    return own.filter(support | public | asked)


@visibility.rule(NoticeChoice, NoticeMail, NoticePreference, PushSubscription)
def own_choices(scope: Scope, rows: QuerySet[NoticeChoice]) -> QuerySet[NoticeChoice]:
    """How one wants to be told, and by what: oneself."""
    return rows.filter(person_id=scope.person_id or 0)


@visibility.rule(PushKey)
def push_keys(_scope: Scope, rows: QuerySet[PushKey]) -> QuerySet[PushKey]:
    """The keys that sign what is pushed: nobody; pages are given the public half."""
    return rows.none()
