"""What a person may do about tasks that were given up."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.models import Task, TaskState
from compagnon.core.services import require, service
from compagnon.core.visibility import get_visible, visible

MANAGE = "task.manage"
MOST = 1_000


def _dead(actor: Actor, task_id: int) -> Task:
    require(actor.scope.allows(MANAGE, None), _("Your roles do not let you manage tasks."))
    task = get_visible(Task, actor, Task.objects.select_for_update(), pk=task_id)
    if task.state != TaskState.DEAD:
        raise Conflict(_("This task was not given up: there is nothing to decide about it."))
    return task


@service(MANAGE)
def retry_dead(*, actor: Actor, task_id: int) -> Task:
    """Have a task that was given up tried again, with as many attempts as a new one.

    Raises:
        Refused: the actor may not manage tasks.
        NotFound: no such task.
        Conflict: it was not given up.
    """
    task = _dead(actor, task_id)
    attempts = task.attempts
    task.state, task.attempts = TaskState.WAITING, 0
    task.run_after, task.finished_at = timezone.now(), None
    task.save(update_fields=["state", "attempts", "run_after", "finished_at"])
    journal.record(
        actor=actor,
        verb="task.retry",
        subject=task,
        before={"state": TaskState.DEAD, "attempts": attempts},
        after={"state": TaskState.WAITING, "attempts": 0},
    )
    return task


@service(MANAGE)
def retry_all_dead(*, actor: Actor) -> int:
    """Have the tasks that were given up tried again, the oldest first; gives how many.

    At most 1,000 at once, so that the transaction stays short.

    Raises:
        Refused: the actor may not manage tasks.
    """
    require(actor.scope.allows(MANAGE, None), _("Your roles do not let you manage tasks."))
    rows = visible(Task, actor).filter(state=TaskState.DEAD).order_by("finished_at", "pk")
    keys = list(rows.values_list("pk", flat=True)[:MOST])
    for key in keys:
        retry_dead(actor=actor, task_id=key)
    return len(keys)


@service(MANAGE)
def discard_dead(*, actor: Actor, task_id: int) -> None:
    """Delete a task that was given up: it is not to be done any more.

    Raises:
        Refused: the actor may not manage tasks.
        NotFound: no such task.
        Conflict: it was not given up.
    """
    task = _dead(actor, task_id)
    # The arguments are keys, and the error may quote personal text: only what it was is written.
    journal.record(
        actor=actor,
        verb="task.discard",
        subject=task,
        before={"state": task.state, "path": task.path, "attempts": task.attempts},
    )
    task.delete()
