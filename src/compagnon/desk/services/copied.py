"""Letting those in copy of a mail follow its ticket, or not: a person decides, never the mail.

A desk that adds them by itself answers to all, and tells a request's story to whoever a careless
sender put in copy.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk import copied
from compagnon.desk.models import CopiedAddress, Ticket, Watcher
from compagnon.desk.policies import is_support
from compagnon.desk.services.changing import apply
from compagnon.desk.services.watching import watch
from compagnon.people.models import ContactKind, ContactPoint


@service("ticket.watch")
def follow_copied(
    *,
    actor: Actor,
    ticket_id: int,
    person_id: int | None = None,
    by_mail: bool = True,
    at: datetime | None = None,
) -> list[Watcher]:
    """Let those in copy of a ticket's mails follow it: one of them, or all whom we know.

    Of all, those who may not read the ticket stay where they were, and are offered again.

    Args:
        person_id: one of those offered (``copied.of_ticket``); nothing: each of them.

    Raises:
        NotFound: the actor does not see the ticket.
        Refused: the actor does not work on it.
        Invalid: nobody whom we know is in copy, or none of them may read it; see :func:`watch`.
    """
    ticket = _locked(actor, ticket_id)
    at = at or timezone.now()
    known = [one.person for one in copied.of_ticket(actor, ticket) if one.person]
    if person_id is not None:
        known = [person for person in known if person.pk == person_id]
    if not known:
        raise Invalid(_("Nobody whom we know is in copy and waits to be added."))
    made: list[Watcher] = []
    refused: list[Invalid] = []
    for person in known:
        try:
            # A savepoint: who is refused takes nobody with them.
            with transaction.atomic():
                row = watch(
                    actor=actor, ticket_id=ticket_id, person_id=person.pk, by_mail=by_mail, at=at
                )
        except Invalid as error:
            refused.append(error)
        else:
            made.append(row)
    if not made:
        raise refused[0]
    points = ContactPoint.objects.filter(
        person__in=[row.person_id for row in made], kind=ContactKind.EMAIL
    )
    _settle(ticket, list(points.values_list("value", flat=True)), at)
    return made


@service("ticket.leave_copied")
def leave_copied(
    *,
    actor: Actor,
    ticket_id: int,
    addresses: Collection[str] | None = None,
    at: datetime | None = None,
) -> int:
    """Offer those in copy no more: these addresses, or all; gives how many.

    Raises:
        NotFound: the actor does not see the ticket, or nobody of these waits there.
        Refused: the actor does not work on it.
    """
    ticket = _locked(actor, ticket_id)
    at = at or timezone.now()
    wanted = None if addresses is None else {one.lower() for one in addresses}
    offered = [one.address for one in copied.of_ticket(actor, ticket)]
    chosen = [one for one in offered if wanted is None or one in wanted]
    if not chosen:
        raise NotFound
    # Their other addresses too: whoever is left aside does not come back by another name.
    points = ContactPoint.objects.filter(
        person__contact_points__value__in=chosen, kind=ContactKind.EMAIL
    )
    _settle(ticket, [*chosen, *points.values_list("value", flat=True)], at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.leave_copied",
        at=at,
        after={"addresses": len(chosen)},
    )
    return len(chosen)


def _settle(ticket: Ticket, addresses: Sequence[str], at: datetime) -> None:
    rows = CopiedAddress.objects.filter(settled_at=None, address__in=addresses)
    for mails in ({"inbound__ticket": ticket}, {"inbound__ticket__merged_into": ticket}):
        rows.filter(**mails).update(settled_at=at)


def _locked(actor: Actor, ticket_id: int) -> Ticket:
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category", "organisation")
    ticket = get_visible(Ticket, actor, rows, pk=ticket_id)
    if not is_support(actor, ticket):
        raise Refused(_("Only support lets somebody else follow a ticket."))
    return ticket
