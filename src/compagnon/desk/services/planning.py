"""Moving an appointment, and the secret address at which a calendar program reads one's own."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused, Stale
from compagnon.core.services import service
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import CalendarFeed, WorkState, WorkTask
from compagnon.desk.services.changing import apply, lock
from compagnon.people.models import Person

YEARS = 5 * 366 * 24 * 3600


@service("ticket.replan_task")
def replan_task(
    *,
    actor: Actor,
    task_id: int,
    planned_start: datetime,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> WorkTask:
    """Move a task that is still to do to another moment.

    Raises:
        NotFound, Refused: see :func:`changing.lock`.
        Stale: somebody changed the task meanwhile.
        IllegalMove: it is done or cancelled.
        Invalid: the moment is over five years away.
    """
    ticket_id = WorkTask.objects.filter(pk=task_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise NotFound
    ticket = lock(actor=actor, ticket_id=ticket_id, verb="ticket.work")
    task = WorkTask.objects.select_for_update().get(pk=task_id)
    at = at or timezone.now()
    if expected_version is not None and task.version != expected_version:
        raise Stale(_("This task was changed since you opened it. Look at it again."))
    if task.state != WorkState.TODO:
        raise IllegalMove(_("This task is “%(state)s”.") % {"state": task.get_state_display()})
    if abs((planned_start - at).total_seconds()) > YEARS:
        text = _("Choose a date within five years.")
        raise Invalid(text, fields={"planned_start": [text]})
    before = task.planned_start
    task.planned_start = planned_start
    task.version += 1
    task.save(update_fields=["planned_start", "version"])
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.replan_task",
        at=at,
        after={"task_id": task.pk, "was": before, "planned_start": planned_start},
    )
    return task


@service("calendar.make_address")
def make_address(*, actor: Actor) -> str:
    """Give a new secret for the address of one's calendar; the one before reads nothing more.

    Raises:
        Refused: a program asks.
    """
    person = _person(actor)
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        person=person,
        defaults={"digest": digest(secret), "created_at": timezone.now(), "read_at": None},
    )
    journal.record(actor=actor, verb="calendar.make_address", subject=person)
    return secret


@service("calendar.end_address")
def end_address(*, actor: Actor) -> None:
    """End the address of one's calendar.

    Raises:
        Refused: a program asks.
        NotFound: there is none.
    """
    person = _person(actor)
    if not CalendarFeed.objects.filter(person=person).delete()[0]:
        raise NotFound
    journal.record(actor=actor, verb="calendar.end_address", subject=person)


def digest(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _person(actor: Actor) -> Person:
    if actor.id is None:
        raise Refused(_("Only a person has a calendar."))
    return Person.objects.get(pk=actor.id)
