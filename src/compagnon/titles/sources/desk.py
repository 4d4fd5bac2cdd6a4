"""Work at the desk: requests solved and accepted, interventions on site, escalations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Source as Door
from compagnon.core.models import Entry
from compagnon.desk.models import Category, Ticket, WorkMode, WorkTask
from compagnon.titles.sources import Proposal, Source

TICKET = Ticket._meta.label_lower
# Accepted by the user, or by their silence.
ENDS = frozenset({"ticket.accept", "ticket.elapse"})
SIGNED = "ticket.sign_sheet"
ESCALATED = "ticket.escalate"
# What makes somebody one of those who worked on a request, beside solving it.
WORK = frozenset(
    {
        "ticket.qualify",
        "ticket.reply",
        "ticket.note",
        "ticket.complete_task",
        "ticket.escalate",
        "ticket.solve",
        "ticket.take",
    }
)

_FACTS = {
    "ticket_kind": _("kind of request (incident, service_request)"),
    "category": _("path of the category; category__under takes what is below too"),
    "priority": _("priority, 1 to 5"),
    "channel": _("how it came (mail, phone, portal…)"),
    "language": _("language of the requester (fr, en)"),
    "on_site": _("whether there was an intervention on site"),
    "escalated": _("whether it was escalated on the way"),
    "level": _("support level of the team, 1 to 3"),
}
KINDS = {
    "ticket.solved": (_("a request solved and accepted"), _FACTS),
    "ticket.on_site": (_("an intervention on site, signed for by the user"), _FACTS),
    "ticket.escalated": (_("a request escalated with what the next level needs"), _FACTS),
}


def propose(entries: Sequence[Entry], candidates: frozenset[int]) -> Iterable[Proposal]:
    """Tell what candidates did on the requests that these entries end, sign for or escalate."""
    triggers = [
        entry
        for entry in entries
        if entry.object_type == TICKET
        and (entry.verb in ENDS or entry.verb in (SIGNED, ESCALATED))
        and entry.source != Door.IMPORT
    ]
    if not triggers:
        return
    keys = {entry.object_id for entry in triggers}
    done = Entry.objects.filter(
        object_type=TICKET, object_id__in=keys, actor_id__in=candidates, verb__in=WORK
    ).exclude(source=Door.IMPORT)
    by_ticket: dict[int, list[Entry]] = defaultdict(list)
    for entry in done.order_by("occurred_at", "id"):
        by_ticket[entry.object_id].append(entry)
    if not by_ticket:
        return
    tickets = Ticket.objects.select_related("category", "team", "requester").in_bulk(
        list(by_ticket)
    )
    on_site = set(
        WorkTask.objects.filter(ticket_id__in=tickets, mode=WorkMode.ON_SITE).values_list(
            "ticket_id", flat=True
        )
    )
    names = _category_names(tickets.values())
    for trigger in triggers:
        ticket = tickets.get(trigger.object_id)
        if ticket is not None:
            work = by_ticket[ticket.pk]
            facts = _facts(ticket, work, ticket.pk in on_site, names)
            yield from _of(trigger, ticket, work, facts)


def _category_names(tickets: Iterable[Ticket]) -> dict[int, str]:
    """Give the names of the categories on the paths of these requests' categories."""
    keys = {key for ticket in tickets for key in _category_keys(ticket)}
    return dict(Category.objects.filter(pk__in=keys).values_list("pk", "name"))


def _category_keys(ticket: Ticket) -> list[int]:
    path = ticket.category.path if ticket.category else ""
    return [int(key) for key in path.split("/") if key]


def _of(
    trigger: Entry, ticket: Ticket, work: Sequence[Entry], facts: dict[str, Any]
) -> Iterable[Proposal]:
    wanted = {SIGNED: "ticket.complete_task", ESCALATED: ESCALATED}.get(
        trigger.verb, "ticket.solve"
    )
    kind = {SIGNED: "ticket.on_site", ESCALATED: "ticket.escalated"}.get(
        trigger.verb, "ticket.solved"
    )
    by_person: dict[int, list[Entry]] = defaultdict(list)
    for entry in work:
        if entry.actor_id is not None:
            by_person[entry.actor_id].append(entry)
    for person, own in by_person.items():
        if kind == "ticket.escalated" and trigger.actor_id != person:
            continue
        if any(entry.verb == wanted for entry in own):
            yield Proposal(
                person_id=person,
                kind=kind,
                object_type=TICKET,
                object_id=ticket.pk,
                entry_ids=tuple(entry.pk for entry in own),
                happened_at=own[-1].occurred_at,
                title=f"{ticket.reference} {ticket.title}"[:200],
                facts=facts,
            )


def _facts(
    ticket: Ticket, work: Sequence[Entry], on_site: bool, names: dict[int, str]
) -> dict[str, Any]:
    return {
        "ticket_kind": ticket.kind,
        "category": "/".join(names.get(key, "") for key in _category_keys(ticket)),
        "priority": ticket.priority,
        "channel": ticket.channel,
        "language": ticket.requester.language,
        "on_site": on_site,
        "escalated": any(entry.verb == ESCALATED for entry in work),
        "level": ticket.team.level if ticket.team else None,
    }


SOURCE = Source(kinds=KINDS, propose=propose)
