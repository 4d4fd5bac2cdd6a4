"""Which act on a ticket can be taken back, by whom, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.desk.models import LastAct, Ticket
from compagnon.desk.policies import may

WINDOW = timedelta(minutes=10)
# The right that doing it took; what left by mail is none of these.
RIGHTS: Mapping[str, str] = {
    "ticket.take": "ticket.assign",
    "ticket.assign": "ticket.assign",
    "ticket.qualify": "ticket.qualify",
    "ticket.pend": "ticket.pend",
    "ticket.resume": "ticket.pend",
    "ticket.cancel": "ticket.close",
    "ticket.link": "ticket.qualify",
}
# That work began, and when it was first qualified, happened all the same: clocks counted it.
STAYS = frozenset({"taken_at", "qualified_at"})


def remember(
    *, actor: Actor, ticket: Ticket, verb: str, before: Mapping[str, Any], after: Mapping[str, Any],
    at: datetime,
) -> None:  # fmt: skip
    """Note, in the transaction of an act, what it was before; one query, for those of ``RIGHTS``.

    The next act makes the note worth nothing, since the ticket's version is then another.
    """
    if actor.id is None or verb not in RIGHTS:
        return
    kept = {name: _plain(value) for name, value in before.items() if name not in STAYS}
    if verb == "ticket.link":
        kept = {"link_id": after.get("link_id")}
    row = LastAct(
        ticket=ticket,
        person_id=actor.id,
        verb=verb,
        before=kept,
        version=ticket.version,
        done_at=at,
    )
    LastAct.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["person", "verb", "before", "version", "done_at"],
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def offer(actor: Actor, ticket: Ticket) -> LastAct | None:
    """Give the act of the actor's that they may take back now.

    No query on a ticket read with its last act (``queries.get_ticket``), one if there is one.
    """
    found: LastAct | None = getattr(ticket, "last_act", None)
    fresh = (
        found is not None
        and (found.person_id, found.version) == (actor.id, ticket.version)
        and found.done_at > timezone.now() - WINDOW
    )
    if found is None or not fresh or not may(actor, RIGHTS[found.verb], ticket):
        return None
    return None if told_by_mail(ticket, found) or not found.before else found


def told_by_mail(ticket: Ticket, act: LastAct) -> bool:
    """Tell whether something left by mail since: that is never taken back."""
    return ticket.outgoing.filter(created_at__gte=act.done_at).exists()
