"""Telling of tasks: a team or a person that one has come, who asked that a step is done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from compagnon.core.actor import Actor
from compagnon.desk.models import NoticeEvent, Ticket, WorkState, WorkTask
from compagnon.desk.services import noticing
from compagnon.desk.services.approval_steps import program
from compagnon.people.models import Membership


def tell_due(*, actor: Actor, ticket: Ticket, tasks: Iterable[WorkTask], at: datetime) -> None:
    """Tell those whose turn it is: who a task is given to, or else the members of its team.

    However many tasks come at once, each person is told once; never of what they did themselves.
    """
    due = [one for one in tasks if one.state == WorkState.TODO]
    if not due or actor.source in noticing.SILENT:
        return
    teams = {one.team_id for one in due if one.assignee_id is None} - {None}
    members = Membership.objects.filter(team_id__in=teams).order_by("person_id")
    people = {one.assignee_id for one in due} - {None}
    people.update(members.values_list("person_id", flat=True).distinct()[: noticing.TEAM_MAX])
    _write(actor, ticket, NoticeEvent.TASK, people, at)


def tell_done(*, actor: Actor, ticket: Ticket, task: WorkTask, at: datetime) -> None:
    """Tell who asked that a step of their request is done; of what is internal, nothing."""
    if not task.plan_key or task.is_internal or actor.source in noticing.SILENT:
        return
    _write(actor, ticket, NoticeEvent.STEP, {ticket.requester_id, ticket.beneficiary_id}, at)


def _write(
    actor: Actor, ticket: Ticket, event: NoticeEvent, people: Iterable[int | None], at: datetime
) -> None:
    told = sorted(one for one in people if one is not None and one != actor.id)
    if told:
        noticing.write(actor=program(actor), ticket=ticket, told={event: told}, at=at)
