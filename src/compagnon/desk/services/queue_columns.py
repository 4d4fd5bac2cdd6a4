"""Choosing the columns of the queue: kept with the person, whichever device they work on."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import service
from compagnon.desk import queue_columns
from compagnon.desk.models import QueueColumns
from compagnon.people.models import Person


@service("queue.choose_columns")
def choose_columns(*, actor: Actor, columns: Sequence[str] | None) -> list[str]:
    """Choose the columns of one's queues and their order; gives what is shown from now on.

    Args:
        columns: their names (``desk.queue_columns``); ``None``: those that stand there at first.

    Raises:
        Refused: the actor reads no queue.
        Invalid: a name that is no column, one given twice, or none at all.
    """
    person = Person.objects.filter(pk=actor.id or 0).first()
    if person is None or not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Your role does not let you read the queue."))
    names = None if columns is None else queue_columns.checked(columns)
    row = QueueColumns.objects.select_for_update().filter(person=person).first()
    before = row.names if row else None
    if names is None:
        QueueColumns.objects.filter(person=person).delete()
    else:
        QueueColumns.objects.update_or_create(person=person, defaults={"names": names})
    if before != names:
        journal.record(
            actor=actor,
            verb="queue.choose_columns",
            subject=person,
            before={"columns": before},
            after={"columns": names},
        )
    return names or list(queue_columns.AT_FIRST)
