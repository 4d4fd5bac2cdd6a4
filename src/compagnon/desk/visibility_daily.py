"""Who sees which rows of a day's work: waits, bulk actions, presence, drafts, phrases, times."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from compagnon.core import visibility
from compagnon.core.actor import Scope
from compagnon.desk.models import (
    ActivityType,
    BulkItem,
    BulkRun,
    CannedReply,
    CopiedAddress,
    Draft,
    LastAct,
    Macro,
    Presence,
    QueueColumns,
    Tag,
    TicketTag,
    TicketTemplate,
    TimeEntry,
    Timer,
    Wait,
    WaitReason,
)
from compagnon.desk.visibility import support_filter, told_filter
from compagnon.people.models import Organisation


@visibility.rule(WaitReason, ActivityType)
def common(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What everybody's tickets and times are told with: everybody who is known."""
    return rows if scope.person_id else rows.none()


@visibility.rule(Wait, Presence)
def of_support(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Waits and who has a ticket open: those who work on the ticket."""
    support = support_filter(scope, prefix="ticket__")
    return rows if support is None else rows.filter(support)


@visibility.rule(CopiedAddress)
def copied(scope: Scope, rows: QuerySet[CopiedAddress]) -> QuerySet[CopiedAddress]:
    """Who was in copy of a mail: those who work on the ticket that it came to."""
    support = support_filter(scope, prefix="inbound__ticket__")
    return rows if support is None else rows.filter(support)


@visibility.rule(BulkRun, Draft, QueueColumns, Timer)
def own(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What somebody asked for, began or chose: oneself alone."""
    return rows.filter(person_id=scope.person_id or 0)


@visibility.rule(BulkItem)
def own_items(scope: Scope, rows: QuerySet[BulkItem]) -> QuerySet[BulkItem]:
    """The tickets of one's own bulk actions, while one still works on them."""
    mine = rows.filter(run__person_id=scope.person_id or 0)
    support = support_filter(scope, prefix="ticket__")
    return mine if support is None else mine.filter(support)


@visibility.rule(LastAct)
def own_acts(scope: Scope, rows: QuerySet[LastAct]) -> QuerySet[LastAct]:
    """What one did last oneself, on tickets that one works on."""
    mine = rows.filter(person_id=scope.person_id or 0)
    support = support_filter(scope, prefix="ticket__")
    return mine if support is None else mine.filter(support)


@visibility.rule(TimeEntry)
def times(scope: Scope, rows: QuerySet[TimeEntry]) -> QuerySet[TimeEntry]:
    """Times on the tickets that one works on, and one's own."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    return rows.filter(support | Q(person_id=scope.person_id or 0))


@visibility.rule(CannedReply, TicketTemplate, Macro)
def kept_ready(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What one's teams keep ready; what is for every team of organisations one works for."""
    organisations = scope.organisations("ticket.view")
    configured = scope.organisations("desk.configure")
    if organisations is None and configured is None:
        return rows
    if not scope.person_id or not scope.allows_somewhere("ticket.view"):
        return rows.none()
    found = Q(team_id__in=sorted(scope.team_ids))
    shared = Q(team__isnull=True)
    found |= shared if organisations is None else shared & _of(organisations)
    if configured is None:
        return rows
    return rows.filter(found | _of(configured))


@visibility.rule(Tag)
def tags(scope: Scope, rows: QuerySet[Tag]) -> QuerySet[Tag]:
    """The vocabulary of organisations one works for, and of those above; others, what is public."""
    working = scope.organisations("ticket.view")
    configured = scope.organisations("desk.configure")
    if working is None or configured is None:
        return rows
    if not scope.person_id:
        return rows.none()
    below = OuterRef("organisation__path")
    worked = Organisation.objects.filter(pk__in=working | configured, path__startswith=below)
    own = Organisation.objects.filter(pk=scope.organisation_id or 0, path__startswith=below)
    found = Q(Exists(own), is_public=True) | Q(Exists(worked))
    if scope.team_ids and scope.allows_somewhere("ticket.view"):
        # What was escalated to one's team bears tags of elsewhere.
        there = TicketTag.objects.filter(
            tag_id=OuterRef("pk"), ticket__team_id__in=sorted(scope.team_ids)
        )
        found |= Q(Exists(there))
    return rows.filter(found)


@visibility.rule(TicketTag)
def ticket_tags(scope: Scope, rows: QuerySet[TicketTag]) -> QuerySet[TicketTag]:
    """Tags on tickets one works on; the public ones on those one follows."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    return rows.filter(support | (told_filter(scope, "ticket__") & Q(tag__is_public=True)))


def _of(organisations: frozenset[int]) -> Q:
    return Q(organisation_id__in=sorted(organisations))
