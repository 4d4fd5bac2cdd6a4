"""Links between tickets, a parent with its children, and what is done to all of them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.core.services import service
from compagnon.desk.models import LinkKind, Solution, SolutionKind, Ticket, TicketLink
from compagnon.desk.services.changing import apply, lock
from compagnon.desk.services.solutions import propose_solution

# How many children a ticket may have: they are solved together in one transaction.
CHILDREN_MAX = 200
# How deep parts may hold parts.
DEPTH_MAX = 10


def lock_two(
    *,
    actor: Actor,
    ticket_id: int,
    other_id: int,
    verb: str,
    expected_version: int | None = None,
) -> tuple[Ticket, Ticket]:
    """Fetch two tickets for changing both, always locked in the same order.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`; the version is the first one's.
        Invalid: they are one and the same.
    """
    if ticket_id == other_id:
        raise Invalid(
            _("A ticket cannot be tied to itself."),
            fields={"other": [_("Give another ticket.")]},
        )
    found = {
        key: lock(
            actor=actor,
            ticket_id=key,
            verb=verb,
            expected_version=expected_version if key == ticket_id else None,
        )
        for key in sorted((ticket_id, other_id))
    }
    return found[ticket_id], found[other_id]


@service("ticket.link")
def link_tickets(
    *,
    actor: Actor,
    ticket_id: int,
    other_id: int,
    kind: LinkKind,
    inverse: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> TicketLink:
    """Say what a ticket is to another: duplicate, consequence, part, or simply related.

    Args:
        inverse: the other is that to this one («has as duplicate», «is made of»).

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`, for both tickets.
        Invalid: the same ticket; a second parent; a parent among its own parts.
        Conflict: they are linked so already.
    """
    ticket, other = lock_two(
        actor=actor,
        ticket_id=ticket_id,
        other_id=other_id,
        verb="ticket.qualify",
        expected_version=expected_version,
    )
    at = at or timezone.now()
    origin, target = (other, ticket) if inverse else (ticket, other)
    link = tie(actor=actor, origin=origin, target=target, kind=kind, at=at)
    _tell(actor, ticket, other, link, "ticket.link", at)
    return link


@service("ticket.unlink")
def unlink_tickets(
    *,
    actor: Actor,
    ticket_id: int,
    link_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Take a link away, seen from either of its tickets.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`; or no such link on that ticket.
    """
    link = TicketLink.objects.filter(pk=link_id).first()
    if link is None or ticket_id not in {link.origin_id, link.target_id}:
        raise NotFound
    ticket, other = lock_two(
        actor=actor,
        ticket_id=ticket_id,
        other_id=link.target_id if ticket_id == link.origin_id else link.origin_id,
        verb="ticket.qualify",
        expected_version=expected_version,
    )
    if not TicketLink.objects.filter(pk=link_id).exists():
        raise NotFound
    _tell(actor, ticket, other, link, "ticket.unlink", at or timezone.now())
    link.delete()


@service("ticket.solve_children")
def solve_children(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    kind: SolutionKind = SolutionKind.PERMANENT,
    at: datetime | None = None,
) -> list[Solution]:
    """Propose the same solution on every part of a ticket that is still open, or on none.

    Raises:
        NotFound, Refused: see :func:`changing.lock`, for the ticket and for each part.
        Invalid: it has no open part, or no text is given.
    """
    lock(actor=actor, ticket_id=ticket_id, verb="ticket.solve")
    at = at or timezone.now()
    keys = sorted(
        link.origin_id
        for link in TicketLink.objects.filter(target=ticket_id, kind=LinkKind.CHILD)
        .select_related("origin")
        .only("origin__state")
        if link.origin.is_open
    )
    if not keys:
        raise Invalid(_("This ticket has no open part."))
    return [
        propose_solution(actor=actor, ticket_id=key, text=text, kind=kind, at=at) for key in keys
    ]


def tie(
    *, actor: Actor, origin: Ticket, target: Ticket, kind: LinkKind, at: datetime
) -> TicketLink:
    """Write a link between two locked tickets. The caller has checked and journals.

    Raises:
        Invalid, Conflict: see :func:`link_tickets`.
    """
    kind = LinkKind(kind)
    held = TicketLink.objects.filter(origin=origin, target=target, kind=kind)
    if kind == LinkKind.RELATES:
        held |= TicketLink.objects.filter(origin=target, target=origin, kind=kind)
    if held.exists():
        raise Conflict(_("These tickets are linked so already."))
    if kind == LinkKind.CHILD:
        _check_parent(origin, target)
    link = TicketLink(
        kind=kind, origin=origin, target=target, created_by_id=actor.id, created_at=at
    )
    link.save(force_insert=True)
    return link


def _check_parent(child: Ticket, parent: Ticket) -> None:
    """Refuse a second parent, a circle, and more parts or levels than can be handled."""
    parts = TicketLink.objects.filter(kind=LinkKind.CHILD)
    if parts.filter(origin=child).exists():
        raise Invalid(
            _("Ticket %(reference)s is part of another one already.")
            % {"reference": child.reference}
        )
    if parts.filter(target=parent).count() >= CHILDREN_MAX:
        raise Invalid(_("A ticket has at most %(limit)d parts.") % {"limit": CHILDREN_MAX})
    above: int | None = parent.pk
    for _level in range(DEPTH_MAX):
        above = parts.filter(origin=above).values_list("target_id", flat=True).first()
        if above is None:
            return
        if above == child.pk:
            raise Invalid(_("A ticket cannot be part of one of its own parts."))
    raise Invalid(_("Parts may hold parts %(limit)d levels deep.") % {"limit": DEPTH_MAX})


def _tell(  # noqa: PLR0917
    actor: Actor, ticket: Ticket, other: Ticket, link: TicketLink, verb: str, at: datetime
) -> None:
    """Write on both tickets what ties them: each one's page and history say it."""
    for one, far in ((ticket, other), (other, ticket)):
        apply(
            actor=actor,
            ticket=one,
            verb=verb,
            at=at,
            after={
                "link_id": link.pk,
                "link_kind": link.kind,
                "is_origin": one.pk == link.origin_id,
                "other_ticket": far.reference,
            },
        )
