"""Who sees which rows of the desk."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from compagnon.core import visibility
from compagnon.core.actor import Scope
from compagnon.desk.models import (
    Attachment,
    Bringing,
    Brought,
    CalendarFeed,
    Category,
    Escalation,
    InboundMessage,
    InterventionSheet,
    Mailbox,
    Message,
    OrganisationRules,
    OutgoingMail,
    SavedView,
    Solution,
    Ticket,
    TicketLink,
    TicketMerge,
    Watcher,
    WorkTask,
)


def support_filter(scope: Scope, verb: str = "ticket.view", prefix: str = "") -> Q | None:
    """Give the filter for tickets that the scope works on; ``None`` when there is no limit."""
    organisations = scope.organisations(verb)
    if organisations is None:
        return None
    found = Q(**{f"{prefix}organisation_id__in": sorted(organisations)})
    if scope.team_ids and scope.allows_somewhere(verb):
        teams = sorted(scope.team_ids)
        found |= Q(**{f"{prefix}team_id__in": teams})
        # A team that has a task of a request works on it.
        tasks = WorkTask.objects.filter(team_id__in=teams).order_by().values("ticket_id")
        found |= Q(**{f"{prefix}pk__in": tasks})
    return found


def party_filter(scope: Scope, prefix: str = "") -> Q:
    """Give the filter for tickets that the scope's person asked for or benefits from.

    A token that lists neither «ticket.own» nor «ticket.view» sees none.
    """
    if not (scope.reaches_own("ticket.own") or scope.reaches_own("ticket.view")):
        return Q(**{f"{prefix}pk__in": []})
    return Q(**{f"{prefix}requester_id": scope.person_id}) | Q(
        **{f"{prefix}beneficiary_id": scope.person_id}
    )


def followed_filter(scope: Scope, prefix: str = "") -> Q | None:
    """Give the filter for tickets whose public side the scope follows; ``None``: every one."""
    organisations = scope.organisations("ticket.follow")
    if organisations is None:
        return None
    return Q(**{f"{prefix}organisation_id__in": sorted(organisations)})


def watched_filter(scope: Scope, prefix: str = "") -> Q:
    """Give the filter for tickets of one's own organisation that one watches: their public side.

    Watching a ticket of another organisation gives nothing that a role does not give.
    """
    if not (scope.reaches_own("ticket.own") or scope.reaches_own("ticket.view")):
        return Q(**{f"{prefix}pk__in": []})
    watched = Watcher.objects.filter(person_id=scope.person_id or 0).values("ticket_id")
    return Q(**{f"{prefix}pk__in": watched, f"{prefix}organisation_id": scope.organisation_id or 0})


def told_filter(scope: Scope, prefix: str = "") -> Q:
    """Give the filter for tickets whose public side the scope reads: one's own, and followed."""
    own = party_filter(scope, prefix) | watched_filter(scope, prefix)
    if not scope.allows_somewhere("ticket.follow"):
        return own
    followed = followed_filter(scope, prefix)
    # An empty Q would be forgotten by «or»: everything is said in full.
    return Q(**{f"{prefix}pk__isnull": False}) if followed is None else own | followed


def seen_filter(scope: Scope) -> Q | None:
    """Give the filter for tickets that the scope sees; ``None`` when there is no limit.

    Tickets one works on by role or team, those one follows, and one's own.
    """
    support = support_filter(scope)
    if support is None:
        return None
    return support | told_filter(scope) if scope.person_id else Q(pk__in=[])


@visibility.rule(Ticket)
def tickets(scope: Scope, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Those of :func:`seen_filter`."""
    seen = seen_filter(scope)
    return rows if seen is None else rows.filter(seen)


@visibility.rule(Message)
def messages(scope: Scope, rows: QuerySet[Message]) -> QuerySet[Message]:
    """All the messages of tickets one works on; the public ones of those one follows."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    return rows.filter(support | (told_filter(scope, "ticket__") & Q(is_public=True)))


@visibility.rule(Attachment)
def attachments(scope: Scope, rows: QuerySet[Attachment]) -> QuerySet[Attachment]:
    """As the messages they came with."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    return rows.filter(support | (told_filter(scope, "ticket__") & Q(message__is_public=True)))


@visibility.rule(Solution)
def with_ticket(scope: Scope, rows: QuerySet[Solution]) -> QuerySet[Solution]:
    """As their ticket: solutions are told to the user."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    return rows.filter(support | told_filter(scope, "ticket__"))


@visibility.rule(WorkTask, Escalation)
def support_only(scope: Scope, rows: QuerySet[WorkTask]) -> QuerySet[WorkTask]:
    """Work of the support: those who work on the ticket."""
    support = support_filter(scope, prefix="ticket__")
    return rows if support is None else rows.filter(support)


@visibility.rule(TicketLink)
def links(scope: Scope, rows: QuerySet[TicketLink]) -> QuerySet[TicketLink]:
    """Links: those who work on both tickets."""
    origin, target = (support_filter(scope, prefix=f"{end}__") for end in ("origin", "target"))
    return rows if origin is None or target is None else rows.filter(origin & target)


@visibility.rule(TicketMerge)
def merges(scope: Scope, rows: QuerySet[TicketMerge]) -> QuerySet[TicketMerge]:
    """Merges: those who work on both tickets, which are of one organisation."""
    merged, survivor = (support_filter(scope, prefix=f"{end}__") for end in ("merged", "survivor"))
    return rows if merged is None or survivor is None else rows.filter(merged & survivor)


@visibility.rule(Watcher)
def watchers(scope: Scope, rows: QuerySet[Watcher]) -> QuerySet[Watcher]:
    """Who watches: those who work on the ticket, and oneself."""
    support = support_filter(scope, prefix="ticket__")
    if support is None:
        return rows
    return rows.filter(support | Q(person_id=scope.person_id or 0))


@visibility.rule(InterventionSheet)
def sheets(scope: Scope, rows: QuerySet[InterventionSheet]) -> QuerySet[InterventionSheet]:
    """As the task's ticket, and its user."""
    support = support_filter(scope, prefix="task__ticket__")
    if support is None:
        return rows
    if not scope.person_id:
        return rows.none()
    return rows.filter(support | party_filter(scope, "task__ticket__"))


@visibility.rule(InboundMessage)
def inbound(scope: Scope, rows: QuerySet[InboundMessage]) -> QuerySet[InboundMessage]:
    """Raw mail: those who may see the intake everywhere, or for the mailbox's organisation."""
    organisations = scope.organisations("intake.view")
    if organisations is None:
        return rows
    return rows.filter(mailbox__organisation_id__in=sorted(organisations))


@visibility.rule(OutgoingMail)
def outgoing(scope: Scope, rows: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    """Mail that left: those who work on the ticket."""
    support = support_filter(scope, prefix="ticket__")
    return rows if support is None else rows.filter(support)


@visibility.rule(Category)
def categories(scope: Scope, rows: QuerySet[Category]) -> QuerySet[Category]:
    """The tree of subjects: everybody who is known."""
    return rows if scope.person_id else rows.none()


@visibility.rule(Mailbox, OrganisationRules)
def settings_rows(scope: Scope, rows: QuerySet[Mailbox]) -> QuerySet[Mailbox]:
    """The desk's settings: those who configure it, or work on that organisation's tickets."""
    organisations = scope.organisations("ticket.view")
    configured = scope.organisations("desk.configure")
    if organisations is None or configured is None:
        return rows
    return rows.filter(organisation_id__in=sorted(organisations | configured))


@visibility.rule(Bringing, Brought)
def imports(scope: Scope, rows: QuerySet[Bringing]) -> QuerySet[Bringing]:
    """Imports: those who may import, which holds on every organisation or not at all."""
    return rows if scope.allows("desk.import", None) else rows.none()


@visibility.rule(SavedView)
def saved_views(scope: Scope, rows: QuerySet[SavedView]) -> QuerySet[SavedView]:
    """Saved views: one's own, those of one's teams and of one's organisation."""
    if not scope.person_id or not scope.allows_somewhere("ticket.view"):
        return rows.none()
    return rows.filter(
        Q(owner_id=scope.person_id)
        | Q(team_id__in=sorted(scope.team_ids))
        | Q(organisation_id=scope.organisation_id or 0)
    )


@visibility.rule(CalendarFeed)
def calendar_feeds(scope: Scope, rows: QuerySet[CalendarFeed]) -> QuerySet[CalendarFeed]:
    """The address of one's calendar: oneself."""
    return rows.filter(person_id=scope.person_id or 0)
