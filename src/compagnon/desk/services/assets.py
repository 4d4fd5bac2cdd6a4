"""The asset that a ticket is about, and who else it touches."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk import search
from compagnon.desk.models import Message, Ticket
from compagnon.desk.services.changing import apply, lock
from compagnon.desk.services.conversation import add_note
from compagnon.park.models import Asset
from compagnon.park.queries import cards

NAMED = 50
"""Persons named in the note; the page lists them all."""


@service("ticket.link_asset")
def link_asset(
    *,
    actor: Actor,
    ticket_id: int,
    asset_id: int | None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Say which asset a ticket is about; ``None``: none that the park knows.

    The free words on the affected item stay; where there are none, the asset's name stands there.

    Raises:
        NotFound: no such ticket or asset, or not visible.
        Refused, Stale: see :func:`changing.lock`.
        Invalid: the asset belongs to neither the ticket's organisation nor one above or below it.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.qualify", expected_version=expected_version
    )
    at = at or timezone.now()
    values: dict[str, object] = {"asset_id": None}
    if asset_id is not None:
        rows = Asset.objects.select_related("organisation")
        asset = get_visible(Asset, actor, rows, pk=asset_id)
        check_place(ticket, asset)
        values = {"asset_id": asset.pk}
        if not ticket.affected_item:
            values["affected_item"] = asset.name[:120]
    if values == {"asset_id": ticket.asset_id}:
        return ticket
    apply(actor=actor, ticket=ticket, verb="ticket.link_asset", at=at, values=values)
    if "affected_item" in values:
        search.index_ticket(ticket)
    return ticket


def check_place(ticket: Ticket, asset: Asset) -> None:
    """Refuse an asset that is not of the ticket's line of organisations.

    Raises:
        Invalid: it is another's.
    """
    theirs, ours = asset.organisation.path, ticket.organisation.path
    if not (theirs.startswith(ours) or ours.startswith(theirs)):
        raise Invalid(
            _("This asset is another organisation's."),
            fields={"asset": [_("Choose an asset of the ticket's organisation.")]},
        )


@service("ticket.note_affected")
def note_affected(
    *, actor: Actor, ticket_id: int, expected_version: int | None = None, at: datetime | None = None
) -> Message:
    """Write an internal note of who is touched when the ticket's asset is down, as reckoned now.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        Conflict: the ticket is about no asset.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.note", expected_version=expected_version
    )
    if ticket.asset_id is None:
        raise Conflict(_("This ticket is about no asset: link one first."))
    found = cards.affected(actor, ticket.asset_id)
    return add_note(actor=actor, ticket_id=ticket.pk, text=words_of(found), at=at)


def words_of(found: cards.Affected) -> str:
    """Tell who is touched, as plain text."""
    lines = [
        ngettext("%(count)s item falls.", "%(count)s items fall.", len(found.items))
        % {"count": len(found.items)},
        ngettext("%(count)s person touched:", "%(count)s people touched:", found.persons_count)
        % {"count": found.persons_count}
        if found.persons_count
        else _("Nobody is known to hold one of them."),
    ]
    lines += [f"- {person} ({person.organisation})" for person in found.persons[:NAMED]]
    if found.persons_count > NAMED:
        lines.append(f"- … +{found.persons_count - NAMED}")
    if found.sites:
        lines.append(_("Sites:") + " " + ", ".join(f"{name} ({n})" for name, n in found.sites[:20]))
    return "\n".join(lines)
