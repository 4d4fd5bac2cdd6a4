"""What can be done from a ticket's page: one line a verb, from its form to its service."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.desk import forms, services, waiting
from compagnon.desk.choosing import chosen_person
from compagnon.desk.models import (
    OPEN_STATES,
    Impact,
    SolutionKind,
    State,
    Ticket,
    TicketKind,
    Urgency,
    WorkMode,
)
from compagnon.desk.page_verbs import PageVerb, Values, seen, uploads, version
from compagnon.desk.verbs_of_approvals import VERBS as OF_APPROVALS
from compagnon.desk.verbs_of_tags import VERBS as OF_TAGS
from compagnon.desk.verbs_of_ties import VERBS as OF_TIES
from compagnon.desk.verbs_of_watching import VERBS as OF_WATCHING


def _qualify(actor: Actor, ticket: Ticket, values: Values) -> object:
    person = values["beneficiary"]
    other: dict[str, Any] = {}
    if person is not None and person != ticket.beneficiary_id:
        other["beneficiary"] = chosen_person(actor, person, "beneficiary")
    return services.qualify(
        actor=actor,
        ticket_id=ticket.pk,
        title=values["title"],
        kind=TicketKind(values["kind"]),
        category=values["category"],
        service=values["service"],
        request_type=values["request_type"],
        impact=Impact(values["impact"]),
        urgency=Urgency(values["urgency"]),
        affected_item=values["affected_item"],
        **other,
        **version(values),
    )


def _plan(actor: Actor, ticket: Ticket, values: Values) -> object:
    return services.plan_task(
        actor=actor,
        ticket_id=ticket.pk,
        title=values["title"],
        details=values["details"],
        mode=WorkMode(values["mode"]),
        site=values["site"] if values["mode"] == WorkMode.ON_SITE else None,
        assignee=values["assignee"],
        planned_start=values["planned_start"],
        planned_seconds=60 * (values["planned_minutes"] or 0),
    )


ENDED = (State.SOLVED, State.CLOSED, State.CANCELLED)

VERBS: tuple[PageVerb, ...] = (
    PageVerb(
        "take",
        _("Take"),
        "hand-stop",
        "ticket.assign",
        forms.NothingForm,
        lambda a, t, v: services.take(actor=a, ticket_id=t.pk, **version(v)),
        _("The ticket is yours."),
        OPEN_STATES,
        in_place=True,
        needless=lambda actor, ticket: ticket.assignee_id == actor.id,
    ),
    PageVerb(
        "reply",
        _("Answer"),
        "message",
        "ticket.reply",
        forms.ReplyForm,
        lambda a, t, v: services.reply(
            actor=a, ticket_id=t.pk, text=v["text"], uploads=uploads(v), **seen(v)
        ),
        _("Your message is on the ticket."),
        (*OPEN_STATES, State.SOLVED),
        for_user=True,
    ),
    PageVerb(
        "note",
        _("Internal note"),
        "note",
        "ticket.note",
        forms.ReplyForm,
        lambda a, t, v: services.add_note(
            actor=a, ticket_id=t.pk, text=v["text"], uploads=uploads(v)
        ),
        _("The note is kept; the user does not see it."),
        tuple(State),
    ),
    PageVerb(
        "solve",
        _("Propose a solution"),
        "circle-check",
        "ticket.solve",
        forms.SolveForm,
        lambda a, t, v: services.propose_solution(
            actor=a, ticket_id=t.pk, text=v["text"], kind=SolutionKind(v["kind"]), **seen(v)
        ),
        _("The solution is proposed; the user is asked to accept it."),
        OPEN_STATES,
    ),
    PageVerb(
        "qualify",
        _("Qualify"),
        "tags",
        "ticket.qualify",
        forms.QualifyForm,
        _qualify,
        _("The qualification is kept."),
        (*OPEN_STATES, State.SOLVED),
        wide=True,
    ),
    PageVerb(
        "assign",
        _("Assign"),
        "user-plus",
        "ticket.assign",
        forms.AssignForm,
        lambda a, t, v: services.assign(
            actor=a, ticket_id=t.pk, team=v["team"], assignee=v["assignee"], **version(v)
        ),
        _("The ticket is assigned."),
        OPEN_STATES,
    ),
    PageVerb(
        "pend",
        _("Put on hold"),
        "player-pause",
        "ticket.pend",
        forms.PendForm,
        lambda a, t, v: services.pend(
            actor=a,
            ticket_id=t.pk,
            reason=waiting.chosen(v["reason"]),
            until=v["until"],
            note=v["note"],
            **version(v),
        ),
        _("The ticket is on hold."),
        OPEN_STATES,
    ),
    PageVerb(
        "resume",
        _("Resume"),
        "player-play",
        "ticket.pend",
        forms.NothingForm,
        lambda a, t, v: services.resume(actor=a, ticket_id=t.pk, **version(v)),
        _("The ticket is in progress again."),
        (State.PENDING,),
        in_place=True,
    ),
    PageVerb(
        "escalate",
        _("Escalate to experts"),
        "stairs-up",
        "ticket.escalate",
        forms.EscalateForm,
        lambda a, t, v: services.escalate(
            actor=a,
            ticket_id=t.pk,
            to_team=v["to_team"],
            reason=v["reason"],
            tried=v["tried"],
            needed=v["needed"],
            **version(v),
        ),
        _("The ticket is escalated."),
        OPEN_STATES,
    ),
    PageVerb(
        "transfer",
        _("Transfer"),
        "switch-horizontal",
        "ticket.escalate",
        forms.TransferForm,
        lambda a, t, v: services.transfer(
            actor=a, ticket_id=t.pk, to_team=v["to_team"], reason=v["reason"], **version(v)
        ),
        _("The ticket is transferred."),
        OPEN_STATES,
    ),
    PageVerb(
        "authority",
        _("Ask authority"),
        "flag",
        "ticket.escalate",
        forms.AuthorityForm,
        lambda a, t, v: services.escalate_to_authority(
            actor=a, ticket_id=t.pk, to_person=v["to_person"], reason=v["reason"], **version(v)
        ),
        _("Authority is asked to act."),
        OPEN_STATES,
    ),
    PageVerb(
        "plan",
        _("Plan a task"),
        "calendar-event",
        "ticket.work",
        forms.PlanForm,
        _plan,
        _("The task is planned."),
        OPEN_STATES,
        wide=True,
    ),
    PageVerb(
        "accept",
        _("Accept the solution"),
        "thumb-up",
        "ticket.close",
        forms.NothingForm,
        lambda a, t, v: services.accept_solution(actor=a, ticket_id=t.pk, **version(v)),
        _("Thank you: the ticket is closed."),
        (State.SOLVED,),
        in_place=True,
        for_user=True,
    ),
    PageVerb(
        "refuse",
        _("Refuse the solution"),
        "thumb-down",
        "ticket.close",
        forms.ReasonForm,
        lambda a, t, v: services.refuse_solution(
            actor=a, ticket_id=t.pk, reason=v["reason"], **version(v)
        ),
        _("The ticket is open again."),
        (State.SOLVED,),
        for_user=True,
    ),
    PageVerb(
        "reopen",
        _("Reopen"),
        "refresh",
        "ticket.reopen",
        forms.ReasonForm,
        lambda a, t, v: services.reopen(actor=a, ticket_id=t.pk, reason=v["reason"], **version(v)),
        _("The ticket is open again."),
        (State.CLOSED, State.CANCELLED),
        for_user=True,
        needless=lambda _actor, ticket: ticket.merged_into_id is not None,
    ),
    PageVerb(
        "cancel",
        _("Cancel the ticket"),
        "ban",
        "ticket.close",
        forms.ReasonForm,
        lambda a, t, v: services.cancel(actor=a, ticket_id=t.pk, reason=v["reason"], **version(v)),
        _("The ticket is cancelled."),
        OPEN_STATES,
        danger=True,
    ),
)

VERBS += OF_APPROVALS + OF_TAGS + OF_TIES + OF_WATCHING
BY_NAME = {verb.name: verb for verb in VERBS}
