"""Taking back the last act on a ticket, where nothing happened since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.core.actor import Actor
from compagnon.core.services import service
from compagnon.desk import search, undoing
from compagnon.desk import waiting as reading
from compagnon.desk.errors import TooLate
from compagnon.desk.models import LastAct, State, Ticket, WaitReason
from compagnon.desk.services import waiting
from compagnon.desk.services.changing import apply, facts_of, lock, subject_of
from compagnon.desk.services.linking import unlink_tickets


@service("ticket.undo")
def undo_last(
    *,
    actor: Actor,
    ticket_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Take back one's own last act on a ticket: it is what it was before.

    Clocks keep what they counted, and what was written stays. A merge has its own undoing.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        TooLate: there is nothing of the actor's to undo, ten minutes are over, something happened
            since, or a mail left.
    """
    act = LastAct.objects.filter(ticket=ticket_id).first()
    right = undoing.RIGHTS[act.verb] if act else "ticket.view"
    ticket = lock(actor=actor, ticket_id=ticket_id, verb=right, expected_version=expected_version)
    act = LastAct.objects.select_for_update(of=("self",)).filter(ticket=ticket).first()
    at = at or timezone.now()
    _check(actor, ticket, act, at)
    assert act is not None  # noqa: S101 — checked
    if act.verb == "ticket.link":
        unlink_tickets(actor=actor, ticket_id=ticket.pk, link_id=act.before["link_id"], at=at)
        ticket = lock(actor=actor, ticket_id=ticket_id, verb=right)
        values: dict[str, Any] = {}
    else:
        values = _values(act)
        _turn_clocks(actor, ticket, act, values, at)
    LastAct.objects.filter(pk=act.pk).delete()
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.undo",
        at=at,
        values=values,
        after={"undone": act.verb},
    )
    if "title" in values or "affected_item" in values:
        search.index_ticket(ticket)
    return ticket


def _check(actor: Actor, ticket: Ticket, act: LastAct | None, at: datetime) -> None:
    if act is None or act.person_id != actor.id or not act.before:
        raise TooLate(_("There is nothing of yours to undo on this ticket."))
    if act.version != ticket.version:
        raise TooLate(_("Something happened on this ticket since: it can no longer be undone."))
    if at - act.done_at > undoing.WINDOW:
        raise TooLate(_("It can be undone within ten minutes only."))
    if undoing.told_by_mail(ticket, act):
        raise TooLate(_("A mail left meanwhile: it can no longer be undone."))


def _values(act: LastAct) -> dict[str, Any]:
    """Give the fields as they were, in the types of their columns."""
    found: dict[str, Any] = {}
    for name, value in act.before.items():
        if name.endswith("_id"):
            found[name] = value
            continue
        field = Ticket._meta.get_field(name)
        found[name] = field.to_python(value) if isinstance(field, Field) else value
    return found


def _turn_clocks(
    actor: Actor, ticket: Ticket, act: LastAct, values: dict[str, Any], at: datetime
) -> None:
    """Let the clocks run or wait as before, and the reminders begin anew."""
    state = values.get("state", ticket.state)
    if act.verb == "ticket.cancel":
        clocks.reopen(actor=actor, subject=subject_of(ticket), at=at)
    if state != State.PENDING:
        if ticket.state == State.PENDING:
            clocks.resume(actor=actor, subject=subject_of(ticket), at=at)
        return
    if act.verb not in {"ticket.pend", "ticket.resume", "ticket.cancel"}:
        return
    base = values.get("pending_reason") or ticket.pending_reason
    clocks.pause(
        actor=actor, subject=subject_of(ticket), reason=base, at=at, facts=facts_of(ticket)
    )
    key = values.get("wait_reason_id", ticket.wait_reason_id)
    kept = WaitReason.objects.filter(pk=key or 0).first() or reading.chosen(base)
    wait = waiting.begin(ticket=ticket, reason=kept, at=at)
    values["wait_reason_id"] = wait.reason_id
