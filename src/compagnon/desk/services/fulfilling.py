"""What follows a request by itself: approvals, then tasks for several teams, then the end.

Called by the verbs that end an approval or a task, in their transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from compagnon.contracts.asking import definition as forms
from compagnon.contracts.asking import plans
from compagnon.contracts.asking.limits import NUMBERS
from compagnon.core.actor import Actor
from compagnon.core.services import service
from compagnon.desk.models import (
    Approval,
    ApprovalState,
    AskedOf,
    RequestAnswers,
    Ticket,
    WorkState,
    WorkTask,
)
from compagnon.desk.services import approval_steps as steps
from compagnon.desk.services import task_notices
from compagnon.desk.services.changing import apply
from compagnon.people.models import Person, Team

ENDED = (WorkState.DONE, WorkState.CANCELLED)


@service("ticket.begin_plan")
def begin(*, actor: Actor, ticket: Ticket, found: RequestAnswers, at: datetime) -> None:
    """Write what the answers call for: the approvals, or the tasks where there is none."""
    plan = plans.read(found.form_version.plan)
    form = forms.read(found.form_version.definition)
    wanted = plans.approvals_for(plan, found.answers)
    teams = Team.objects.in_bulk({one.team_id for one in wanted if one.team_id})
    people = Person.objects.in_bulk({key for one in wanted for key in one.person_ids})
    for one in wanted:
        _write_step(ticket, one, form, found, teams, people)
    if not wanted:
        advance(actor=actor, ticket=ticket, at=at)
        return
    program = steps.program(actor)
    apply(
        actor=program, ticket=ticket, verb="ticket.plan_approvals", at=at,
        after={"approvals": len(wanted)},
    )  # fmt: skip
    steps.open_next(actor=actor, ticket=ticket, at=at)
    steps.settle_wait(actor=actor, ticket=ticket, at=at)


def _write_step(  # noqa: PLR0917
    ticket: Ticket,
    one: plans.Step,
    form: forms.Form,
    found: RequestAnswers,
    teams: Mapping[int, Team],
    people: Mapping[int, Person],
) -> None:
    field = form.field(one.amount_field)
    # A version of before may name a field that holds no number.
    amount = found.answers.get(one.amount_field) if field and field.kind in NUMBERS else None
    team = teams.get(one.team_id or 0)
    approval = Approval.objects.create(
        ticket=ticket,
        name=one.name.fr[:120],
        name_en=one.name.en[:120],
        position=one.position,
        asked_of=one.whom,
        team=team if one.whom == AskedOf.TEAM else None,
        rule=one.rule,
        needed=one.needed,
        self_allowed=one.self_allowed,
        due_days=one.due_days,
        amount_cents=int(Decimal(str(amount)) * 100) if amount else None,
        currency=field.currency if field and amount else "",
        plan_key=one.key,
    )
    asked = steps.asked(
        ticket,
        AskedOf(one.whom),
        persons=[people[key] for key in one.person_ids if key in people],
        team=team,
        self_allowed=one.self_allowed,
    )
    # Without anybody the step stands, and support names who answers.
    steps.add_voices(approval, asked)


@service("ticket.ask_again")
def ask_again(
    *, actor: Actor, ticket: Ticket, ends: set[datetime], at: datetime, undone: bool = False
) -> None:
    """Ask again what the end of the ticket gave up of its plan, as part of reopening it.

    Without this the request would wait for nothing for ever, or go on without its approvals.

    Args:
        ends: when the ticket was solved or closed.
        undone: the end is taken back: what was asked by hand is asked again as well.
    """
    if undone:
        _ask_by_hand_again(actor, ticket, ends, at)
    plan = Approval.objects.filter(ticket=ticket).exclude(plan_key="")
    given_up = plan.filter(state=ApprovalState.GIVEN_UP, decided_at__in=ends)
    begun = not RequestAnswers.objects.filter(ticket=ticket, begun_at=None).exists()
    if not ends or begun or plan.filter(state=ApprovalState.REFUSED).exists():
        return
    if given_up.update(
        state=ApprovalState.TO_COME,
        decided_at=None,
        asked_at=None,
        due_at=None,
        # Each time that it is asked is told under a number of its own.
        reminded=F("reminded") + 1,
    ):
        steps.open_next(actor=actor, ticket=ticket, at=at)
        steps.settle_wait(actor=actor, ticket=ticket, at=at)


def _ask_by_hand_again(actor: Actor, ticket: Ticket, ends: set[datetime], at: datetime) -> None:
    # What a supply asked goes its own way: it is back at its quotes.
    given_up = Approval.objects.select_for_update(of=("self",)).filter(
        ticket=ticket,
        plan_key="",
        subject_kind="",
        state=ApprovalState.GIVEN_UP,
        decided_at__in=ends,
    )
    for approval in given_up.order_by("pk"):
        approval.decided_at, approval.due_at = None, None
        approval.reminded += 1
        approval.save(update_fields=["decided_at", "due_at", "reminded"])
        steps.open_step(actor=actor, ticket=ticket, approval=approval, at=at)


@service("ticket.advance_plan")
def advance(*, actor: Actor, ticket: Ticket, at: datetime) -> None:
    """Go on after an approval: make the tasks once all are given, or stop at a refusal."""
    found = (
        RequestAnswers.objects.select_for_update(of=("self",))
        .select_related("form_version")
        .filter(ticket=ticket, begun_at=None)
        .first()
    )
    if found is None or not ticket.is_open:
        return
    plan = plans.read(found.form_version.plan)
    states = set(
        Approval.objects.filter(ticket=ticket).exclude(plan_key="").values_list("state", flat=True)
    )
    if ApprovalState.REFUSED in states:
        if plan.cancel_when_refused:
            _cancel(actor, ticket, at)
        return
    if states & {ApprovalState.TO_COME, ApprovalState.ASKED}:
        return
    _make_tasks(actor, ticket, found, plan, at)


def _cancel(actor: Actor, ticket: Ticket, at: datetime) -> None:
    from compagnon.desk.services import lifecycle

    reason = _("An approval was refused.")
    lifecycle.cancel(actor=steps.program(actor), ticket_id=ticket.pk, reason=reason, at=at)
    ticket.refresh_from_db()


def _make_tasks(
    actor: Actor, ticket: Ticket, found: RequestAnswers, plan: plans.Plan, at: datetime
) -> None:
    wanted = plans.tasks_for(plan, found.answers)
    known = set(Team.objects.values_list("pk", flat=True)) if wanted else set()
    rows = [
        WorkTask(
            ticket=ticket,
            title=one.title.fr[:200],
            title_en=one.title.en[:200],
            details=one.instructions[:5000],
            team_id=one.team_id if one.team_id in known else ticket.team_id,
            planned_seconds=60 * one.minutes,
            state=WorkState.HELD if after else WorkState.TODO,
            plan_key=one.key,
            is_internal=one.internal,
            after=list(after) or None,
            created_by_id=None,
            created_at=at,
        )
        for one, after in wanted
    ]
    WorkTask.objects.bulk_create(rows)
    found.begun_at = at
    found.save(update_fields=["begun_at"])
    if rows:
        apply(
            actor=steps.program(actor), ticket=ticket, verb="ticket.plan_tasks", at=at,
            after={"tasks": len(rows)},
        )  # fmt: skip
        task_notices.tell_due(actor=actor, ticket=ticket, tasks=rows, at=at)


@service("ticket.advance_tasks")
def after_task(*, actor: Actor, ticket: Ticket, at: datetime) -> None:
    """Free the tasks that waited for one that ended; end the request after the last."""
    rows = list(
        WorkTask.objects.select_for_update(of=("self",)).filter(ticket=ticket).exclude(plan_key="")
    )
    if not rows:
        return
    ended = {one.plan_key for one in rows if one.state in ENDED}
    known = {one.plan_key for one in rows}
    freed = [
        one for one in rows if one.state == WorkState.HELD and set(one.after or []) & known <= ended
    ]
    for one in freed:
        one.state, one.version = WorkState.TODO, one.version + 1
    WorkTask.objects.bulk_update(freed, ["state", "version"])
    if freed:
        apply(
            actor=steps.program(actor), ticket=ticket, verb="ticket.free_tasks", at=at,
            after={"tasks": len(freed)},
        )  # fmt: skip
        task_notices.tell_due(actor=actor, ticket=ticket, tasks=freed, at=at)
    if ended == known:
        _end(actor, ticket, at)


def _end(actor: Actor, ticket: Ticket, at: datetime) -> None:
    found = (
        RequestAnswers.objects.select_for_update(of=("self",))
        .select_related("form_version")
        .filter(ticket=ticket)
        .first()
    )
    if found is None or not ticket.is_open:
        return
    found.done_at = at
    found.save(update_fields=["done_at"])
    if plans.read(found.form_version.plan).ending != "propose":
        return
    from compagnon.desk.services import solutions

    with translation.override(ticket.requester.language):
        text = _("Everything that you asked for is done. Tell us whether it suits you.")
    solutions.propose_solution(actor=steps.program(actor), ticket_id=ticket.pk, text=text, at=at)
    ticket.refresh_from_db()
