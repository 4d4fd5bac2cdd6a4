"""What can be done to many tickets at once: each verb's service, and what its preview tells.

A preview asks no service: it applies the same policy and the rules of state that a service
applies first, so that 5,000 tickets are looked at in one read. The service decides in the end,
ticket by ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Service
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.desk import services, tags, waiting
from compagnon.desk.models import (
    OPEN_STATES,
    BulkVerb,
    Category,
    Impact,
    LinkKind,
    SolutionKind,
    State,
    Tag,
    Ticket,
    Urgency,
)
from compagnon.desk.policies import may
from compagnon.people.models import Person, Team

# How many tickets one action may reach.
MOST = 10_000
Values = Mapping[str, Any]
Text = str | Promise

# Rows that an action names by key, and whether it may leave them out.
ROWS: Mapping[str, type[Model]] = {
    "team": Team,
    "assignee": Person,
    "category": Category,
    "service": Service,
    "other": Ticket,
}

NOT_ALLOWED = _("Your role does not allow this on this organisation's tickets.")
NOT_OPEN = _("It is no longer worked on.")
OVER = _("It is closed or cancelled.")
SAME = _("It is so already.")
ITSELF = _("It is the ticket itself.")


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One verb of :class:`BulkVerb`: its right, its states, its icon, what it calls."""

    verb: BulkVerb
    right: str
    states: tuple[str, ...]
    refusal: Text
    icon: str
    run: Callable[[Actor, int, Values], object]
    also: Callable[[Ticket, Values], Text | None] = lambda _ticket, _values: None
    mails: bool = False
    danger: bool = False

    def refuses(self, actor: Actor, ticket: Ticket, values: Values) -> str:
        """Give why this ticket would not change, in words; empty when it would."""
        if not may(actor, self.right, ticket):
            return str(NOT_ALLOWED)
        if ticket.state not in self.states:
            return str(self.refusal)
        return str(self.also(ticket, values) or "")


def offered(actor: Actor) -> list[tuple[str, Text]]:
    """Give the actions that the actor may do on some tickets, as (verb, words)."""
    return [
        (name, act.verb.label)
        for name, act in ACTS.items()
        if actor.scope.allows_somewhere(act.right)
    ]


def prepared(actor: Actor, values: Values) -> dict[str, Any]:
    """Give the values of an action with rows for their keys, as the actor sees them.

    Raises:
        Invalid: one of them is gone, or not seen.
    """
    found = dict(values)
    for name, model in ROWS.items():
        key = values.get(name)
        if key is None:
            continue
        row = visible(model, actor).filter(pk=key).first()
        if row is None:
            raise Invalid(fields={name: [_("Choose one in the list.")]})
        found[name] = row
    # Read once for all the tickets; one that is gone meanwhile is left out.
    for name in ("add", "remove"):
        if keys := values.get(name):
            found[f"tags_to_{name}"] = list(Tag.objects.filter(pk__in=keys))
    return found


def _qualify(actor: Actor, ticket_id: int, values: Values) -> object:
    given: dict[str, Any] = {
        name: values[name] for name in ("category", "service") if values.get(name) is not None
    }
    if values.get("impact"):
        given["impact"] = Impact(values["impact"])
    if values.get("urgency"):
        given["urgency"] = Urgency(values["urgency"])
    return services.qualify(actor=actor, ticket_id=ticket_id, **given)


def _pend(actor: Actor, ticket_id: int, values: Values) -> object:
    return services.pend(
        actor=actor,
        ticket_id=ticket_id,
        reason=waiting.chosen(values["reason"]),
        until=parse_datetime(values["until"]) if values.get("until") else None,
        note=values.get("note", ""),
    )


def _link(actor: Actor, ticket_id: int, values: Values) -> object:
    way: str = values["way"]
    return services.link_tickets(
        actor=actor,
        ticket_id=ticket_id,
        other_id=values["other"].pk,
        kind=LinkKind(way.removeprefix("-")),
        inverse=way.startswith("-"),
    )


def _assigned(ticket: Ticket, values: Values) -> Text | None:
    team, assignee = values.get("team"), values.get("assignee")
    if assignee is not None:
        same = ticket.assignee_id == assignee.pk and team in {None, ticket.team}
        return SAME if same else None
    wanted = (team.pk if team else None, None)
    return SAME if (ticket.team_id, ticket.assignee_id) == wanted else None


def _mergeable(ticket: Ticket, values: Values) -> Text | None:
    other: Ticket = values["other"]
    if ticket.pk == other.pk:
        return ITSELF
    if ticket.merged_into_id is not None:
        return _("It was merged already.")
    if not other.is_open or other.merged_into_id is not None:
        return _("The ticket to merge into is not open.")
    if ticket.organisation_id != other.organisation_id:
        return _("It is another organisation’s: tickets of two organisations are not merged.")
    return None


def _reopening(ticket: Ticket, values: Values) -> Text | None:
    return ITSELF if ticket.pk == values["other"].pk else None


def _tag(actor: Actor, ticket_id: int, values: Values) -> object:
    return services.tag_ticket(
        actor=actor,
        ticket_id=ticket_id,
        add=values.get("tags_to_add", ()),
        remove=values.get("tags_to_remove", ()),
    )


def _taggable(ticket: Ticket, values: Values) -> Text | None:
    above = set(tags.above(ticket.organisation))
    if any(tag.organisation_id not in above for tag in values.get("tags_to_add", ())):
        return _("A tag is not of its organisation.")
    return None


EVERY = tuple(State.values)
NOT_OVER = (*OPEN_STATES, State.SOLVED)
ACTS: Mapping[str, BulkAct] = {
    act.verb.value: act
    for act in (
        BulkAct(
            BulkVerb.ASSIGN, "ticket.assign", OPEN_STATES, NOT_OPEN, "user-plus",
            lambda a, t, v: services.assign(
                actor=a, ticket_id=t, team=v.get("team"), assignee=v.get("assignee")
            ),
            also=_assigned,
        ),
        BulkAct(BulkVerb.QUALIFY, "ticket.qualify", NOT_OVER, OVER, "tags", _qualify),
        BulkAct(BulkVerb.PEND, "ticket.pend", OPEN_STATES, NOT_OPEN, "player-pause", _pend),
        BulkAct(
            BulkVerb.RESUME, "ticket.pend", (State.PENDING,), _("It is not on hold."),
            "player-play", lambda a, t, v: services.resume(actor=a, ticket_id=t),
        ),
        BulkAct(
            BulkVerb.SOLVE, "ticket.solve", OPEN_STATES, NOT_OPEN, "circle-check",
            lambda a, t, v: services.propose_solution(
                actor=a, ticket_id=t, text=v["text"], kind=SolutionKind(v["kind"])
            ),
            mails=True,
        ),
        BulkAct(
            BulkVerb.CLOSE, "ticket.close", (State.SOLVED,),
            _("No solution of it waits for an answer."), "thumb-up",
            lambda a, t, v: services.accept_solution(actor=a, ticket_id=t),
            mails=True,
        ),
        BulkAct(
            BulkVerb.CANCEL, "ticket.close", OPEN_STATES, NOT_OPEN, "ban",
            lambda a, t, v: services.cancel(actor=a, ticket_id=t, reason=v["text"]),
            danger=True,
        ),
        BulkAct(
            BulkVerb.MERGE, "ticket.close", OPEN_STATES, NOT_OPEN, "git-merge",
            lambda a, t, v: services.merge_tickets(
                actor=a, ticket_id=t, into_id=v["other"].pk, reason=v.get("text", "")
            ),
            also=_mergeable, danger=True,
        ),
        BulkAct(
            BulkVerb.LINK, "ticket.qualify", EVERY, OVER, "link", _link, also=_reopening,
        ),
        BulkAct(
            BulkVerb.REPLY, "ticket.reply", NOT_OVER, OVER, "message",
            lambda a, t, v: services.reply(actor=a, ticket_id=t, text=v["text"]),
            mails=True,
        ),
        BulkAct(
            BulkVerb.NOTE, "ticket.note", EVERY, OVER, "note",
            lambda a, t, v: services.add_note(actor=a, ticket_id=t, text=v["text"]),
        ),
        BulkAct(
            BulkVerb.TAG, "ticket.qualify", EVERY, OVER, "tag", _tag, also=_taggable,
        ),
    )
}  # fmt: skip
