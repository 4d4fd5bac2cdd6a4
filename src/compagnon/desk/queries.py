"""Reads of the desk: queues, lists, one ticket with its timeline. All pass through visibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.models import Entry
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import ties
from compagnon.desk.models import (
    OPEN_STATES,
    Attachment,
    Category,
    Escalation,
    Message,
    OrganisationRules,
    OutgoingMail,
    OutgoingState,
    Solution,
    State,
    Ticket,
    WorkTask,
)
from compagnon.desk.policies import is_support
from compagnon.people.models import ContactPoint, Organisation, Person

SOON = timedelta(hours=4)
COUNT_MAX = 1000


class Queue(StrEnum):
    """The lists from which technicians take their work."""

    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    BREACHING = "breaching"
    OPEN = "open"
    SOLVED = "solved"
    ALL = "all"


def in_queue(queue: Queue, actor: Actor, *, now: datetime | None = None) -> Q:
    """Give the filter that a queue is. Each one but ``all`` is a scan of a partial index."""
    now = now or timezone.now()
    is_open = Q(state__in=OPEN_STATES)
    return {
        Queue.MINE: is_open & Q(assignee_id=actor.id),
        Queue.TEAM: is_open & Q(team_id__in=sorted(actor.scope.team_ids)),
        Queue.UNASSIGNED: is_open & Q(assignee__isnull=True),
        Queue.BREACHING: is_open & Q(due_at__lt=now + SOON),
        Queue.OPEN: is_open,
        Queue.SOLVED: Q(state=State.SOLVED),
        Queue.ALL: Q(),
    }[queue]


def tickets(actor: Actor, rows: QuerySet[Ticket] | None = None) -> QuerySet[Ticket]:
    """Give the visible tickets with what a list shows of each, in one query."""
    start = rows if rows is not None else Ticket.objects.all()
    return visible(Ticket, actor, start).select_related(
        "organisation",
        "requester",
        "beneficiary",
        "assignee",
        "team",
        "category",
        "service",
        "wait_reason",
    )


def queue_counts(actor: Actor) -> dict[Queue, int]:
    """Count each queue of open tickets, up to 1,000: nobody acts on a larger number's digits."""
    rows = visible(Ticket, actor)
    return {
        queue: rows.filter(in_queue(queue, actor)).order_by()[:COUNT_MAX].count()
        for queue in (Queue.MINE, Queue.TEAM, Queue.UNASSIGNED, Queue.BREACHING)
    }


def get_ticket(actor: Actor, ticket_id: int) -> Ticket:
    """Give one ticket with its people and places.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    rows = Ticket.objects.select_related(
        "organisation",
        "requester__organisation",
        "requester__site",
        "beneficiary__site",
        "beneficiary__organisation",
        "assignee",
        "team",
        "category",
        "service",
        "request_type",
        "site",
        "mailbox",
        "wait_reason",
        "last_act",
    )
    return get_visible(Ticket, actor, rows, pk=ticket_id)


def find_by_reference(actor: Actor, reference: str) -> Ticket | None:
    """Give the visible ticket of that reference («000123», «#123», a number of another desk)."""
    text = reference.strip().lstrip("#").strip()
    rows = visible(Ticket, actor)
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        found = rows.filter(pk=int(text)).first()
        if found is not None:
            return found
    return rows.filter(external_reference=text).first() if text else None


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened on a ticket. ``item`` is the row; ``kind`` says of which table."""

    kind: str
    at: datetime
    item: Message | WorkTask | Entry | OutgoingMail
    author: Person | None = None


# Verbs whose story is told by a message or a task of the timeline already.
TOLD_BY_ROWS = frozenset(
    {"ticket.open", "ticket.reply", "ticket.note", "ticket.hear", "ticket.plan_task"}
)


def timeline(actor: Actor, ticket: Ticket, *, as_user: bool = False) -> list[TimelineItem]:
    """Give what happened on a visible ticket, oldest first, in a fixed number of queries.

    A user sees the public messages and what became of their request; support sees everything.

    Args:
        as_user: what a user sees, whoever asks: a technician's own request on the portal.
    """
    support = not as_user and is_support(actor, ticket)
    # What was merged into it is told with it, as far as the actor sees it.
    keys = [ticket.pk, *ties.merged_keys(ticket.pk)]
    told = Message.objects.filter(ticket__in=keys)
    messages = list(
        visible(Message, actor, told.filter(is_public=True) if as_user else told)
        .select_related("author", "solution", "inbound__protection", "ticket")
        .prefetch_related("attachments__file")
        .order_by("occurred_at", "id")
    )
    items = [
        TimelineItem("message", message.occurred_at, message, message.author)
        for message in messages
    ]
    entries = list(journal.history(ticket))
    people = {
        person.pk: person
        for person in Person.objects.filter(pk__in={e.actor_id for e in entries if e.actor_id})
    }
    items += [
        TimelineItem("entry", entry.occurred_at, entry, people.get(entry.actor_id or 0))
        for entry in entries
        if entry.verb not in TOLD_BY_ROWS and (support or entry.verb in SHOWN_TO_USER)
    ]
    if support:
        items += [
            TimelineItem("task", task.created_at, task, task.assignee)
            for task in visible(
                WorkTask,
                actor,
                WorkTask.objects.filter(ticket__in=keys).select_related(
                    "assignee", "site", "sheet", "team"
                ),
            )
        ]
    return sorted(items, key=lambda item: item.at)


SHOWN_TO_USER = frozenset(
    {
        "ticket.take",
        "ticket.pend",
        "ticket.resume",
        "ticket.solve",
        "ticket.accept",
        "ticket.refuse",
        "ticket.reopen",
        "ticket.elapse",
        "ticket.close_unanswered",
        "ticket.cancel",
        "ticket.sign_sheet",
        "ticket.merge",
        "ticket.unmerge",
    }
)


def journal_of(actor: Actor, ticket: Ticket) -> QuerySet[Entry]:
    """Give the journal of a visible ticket; users are shown what concerns them."""
    entries = journal.history(ticket)
    if not is_support(actor, ticket):
        entries = entries.filter(verb__in=SHOWN_TO_USER | {"ticket.open", "ticket.reply"})
    return entries


def solution_to_answer(ticket: Ticket) -> Solution | None:
    """Give the solution that waits for the user's answer."""
    return ticket.solutions.filter(state="proposed").select_related("message").first()


def get_attachment(actor: Actor, attachment_id: int) -> Attachment:
    """Give a visible attachment with its file.

    Raises:
        NotFound: there is none, or its message is not for the actor.
    """
    return get_visible(
        Attachment, actor, Attachment.objects.select_related("file"), pk=attachment_id
    )


def get_message(actor: Actor, message_id: int) -> Message:
    """Give a visible message with its files.

    Raises:
        NotFound: there is none, or it is not for the actor.
    """
    rows = Message.objects.prefetch_related("attachments__file")
    return get_visible(Message, actor, rows, pk=message_id)


def mail_of(actor: Actor, ticket: Ticket) -> QuerySet[OutgoingMail]:
    """Give the mail that a ticket sent, for those who work on it."""
    return visible(OutgoingMail, actor, ticket.outgoing.all()).order_by("created_at", "id")


def outgoing(actor: Actor) -> QuerySet[OutgoingMail]:
    """Give the mail that visible tickets sent.

    Raises:
        Refused: the actor may see no mail at all.
    """
    if not actor.scope.allows_somewhere("intake.view"):
        raise Refused(_("Your role does not allow you to see sent mail."))
    return visible(OutgoingMail, actor).select_related("ticket")


def outgoing_counts(actor: Actor) -> Counter[str]:
    """Count the visible mail that has not left, by state, up to 1,000 in all."""
    unsent = [OutgoingState.WAITING, OutgoingState.SENDING, OutgoingState.FAILED]
    rows = visible(OutgoingMail, actor).filter(state__in=unsent).order_by()
    return Counter(rows.values_list("state", flat=True)[:COUNT_MAX])


def escalations_of(actor: Actor, ticket: Ticket) -> QuerySet[Escalation]:
    """Give the handings over of a ticket, for those who work on it."""
    return visible(
        Escalation,
        actor,
        ticket.escalations.select_related("from_team", "to_team", "to_person", "by"),
    )


def contacts_of(actor: Actor, ticket: Ticket) -> QuerySet[ContactPoint]:
    """Give where the person whom a ticket is for can be reached."""
    return visible(ContactPoint, actor, ticket.beneficiary.contact_points.all())


def similar_open(actor: Actor, ticket: Ticket, limit: int = 5) -> list[Ticket]:
    """Give the requester's other open tickets: the first place to look for a duplicate."""
    return list(
        visible(Ticket, actor)
        .filter(requester_id=ticket.requester_id, state__in=OPEN_STATES)
        .exclude(pk=ticket.pk)
        .order_by("-activity_at")[:limit]
    )


def category_choices(actor: Actor) -> Iterable[Category]:
    """Give the offered categories in the order of the tree, with their depth in ``path``."""
    return visible(Category, actor, Category.objects.filter(is_active=True).order_by("path"))


def rules_in_force(
    organisations: list[Organisation],
) -> list[tuple[Organisation, OrganisationRules, Organisation | None]]:
    """Give, for each organisation, the rules that apply and who decided them (``None``: we did).

    The caller has shown that the organisations are visible; one query.
    """
    chains = {
        one.pk: [int(key) for key in one.path.strip("/").split("/") if key] for one in organisations
    }
    keys = {key for chain in chains.values() for key in chain}
    found = {
        row.organisation_id: row
        for row in OrganisationRules.objects.filter(organisation_id__in=keys).select_related(
            "organisation"
        )
    }
    answer: list[tuple[Organisation, OrganisationRules, Organisation | None]] = []
    for one in organisations:
        row = next((found[key] for key in reversed(chains[one.pk]) if key in found), None)
        answer.append((one, row or OrganisationRules(), row.organisation if row else None))
    return answer
