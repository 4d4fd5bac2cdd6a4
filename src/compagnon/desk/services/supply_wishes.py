"""The wish: what, for whom, why; and giving a supply up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor, ActorKind
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Text
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    Channel,
    SupplyCase,
    SupplyStage,
    Ticket,
    TicketKind,
)
from compagnon.desk.models.supply import MOST_UNITS
from compagnon.desk.policies import may_as_party
from compagnon.desk.policies_supply import MANAGE, may
from compagnon.desk.services import supply_approving
from compagnon.desk.services.changing import apply
from compagnon.desk.services.opening import open_ticket
from compagnon.desk.services.supply_changing import (
    check_day,
    check_writable,
    finish,
    line_of_words,
    lock,
    move,
)
from compagnon.desk.supplying import stages
from compagnon.park.models import Currency
from compagnon.people.models import Person

MOST_OF_A_TICKET = 20
FIELDS = ("title", "reason", "beneficiary", "quantity", "wanted_by", "budget_code", "currency")
NOT_JOURNALED = frozenset({"title", "reason"})


@service("supply.wish")
def wish(
    *,
    actor: Actor,
    title: str,
    reason: str,
    ticket_id: int | None = None,
    beneficiary: Person | None = None,
    requester: Person | None = None,
    quantity: int = 1,
    wanted_by: date | None = None,
    budget_code: str = "",
    currency: str = Currency.EUR,
    channel: Channel = Channel.DESK,
    at: datetime | None = None,
) -> SupplyCase:
    """Begin a supply: on a ticket, or with a service request that is opened for it.

    A user wishes for themselves or a colleague, on a request of theirs or a new one; whoever
    manages supplies does for anybody there.

    Args:
        requester: who asks, where a ticket is opened; the actor unless given.
        beneficiary: for whom; the ticket's, or who asks, unless given.

    Raises:
        NotFound: no such ticket, or not visible.
        Refused: the actor may not, for them.
        Invalid: something is missing or out of bounds.
        Conflict: the ticket is over, or has too many supplies.
    """
    at = at or timezone.now()
    values = checked(
        {"title": title, "reason": reason, "quantity": quantity, "wanted_by": wanted_by,
         "budget_code": budget_code, "currency": currency}
    )  # fmt: skip
    if wanted_by is not None and wanted_by < timezone.localdate(at):
        raise Invalid(fields={"wanted_by": [_("This day is past.")]})
    if ticket_id is None:
        ticket = _opened(actor, values, requester, beneficiary, channel)
    else:
        ticket = _ticket(actor, ticket_id)
    beneficiary = beneficiary or ticket.beneficiary
    _check_person(beneficiary, ticket)
    supply = SupplyCase(
        ticket=ticket,
        organisation_id=ticket.organisation_id,
        beneficiary=beneficiary,
        # Who follows it: the technician who writes it down; a user's wish waits for one.
        owner_id=actor.id if may(actor, MANAGE, ticket.organisation_id) else None,
        made_at=at,
        moved_at=at,
        **values,
    )
    if actor.kind != ActorKind.PERSON:
        supply.owner_id = None
    supply.save(force_insert=True)
    kept = {name: value for name, value in values.items() if name not in NOT_JOURNALED}
    journal.record(
        actor=actor,
        verb="supply.wish",
        subject=supply,
        after=kept | {"ticket_id": ticket.pk, "beneficiary_id": beneficiary.pk},
        occurred_at=at,
    )
    apply(
        actor=actor, ticket=ticket, verb="ticket.supply", at=max(at, ticket.activity_at),
        after={"supply_id": supply.pk, "supply_stage": supply.stage},
    )  # fmt: skip
    return supply


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """Give the values of a wish as they are kept.

    Raises:
        Invalid: something is missing or out of bounds.
    """
    wrong: dict[str, list[Text]] = {}
    found = dict(values)
    if "title" in found:
        found["title"] = line_of_words(found["title"], 200)
        if not found["title"]:
            wrong["title"] = [_("Say what is wished for.")]
    if "reason" in found:
        found["reason"] = found["reason"].replace("\x00", "").strip()
        if not found["reason"]:
            wrong["reason"] = [_("Say why: who approves reads it.")]
        elif len(found["reason"]) > 4000:
            wrong["reason"] = [_("4,000 characters at most.")]
    if "quantity" in found and not 1 <= found["quantity"] <= MOST_UNITS:
        wrong["quantity"] = [_("From 1 to 100,000.")]
    if "budget_code" in found:
        found["budget_code"] = line_of_words(found["budget_code"], 40)
    if "currency" in found and found["currency"] not in Currency.values:
        wrong["currency"] = [_("This currency is not known.")]
    if wrong:
        raise Invalid(_("The wish is not complete."), fields=wrong)
    check_day(found.get("wanted_by"), "wanted_by")
    return found


def _opened(
    actor: Actor,
    values: dict[str, Any],
    requester: Person | None,
    beneficiary: Person | None,
    channel: Channel,
) -> Ticket:
    rows = Person.objects.select_related("organisation")
    asks = requester or rows.filter(pk=actor.id or 0).first()
    if asks is None:
        raise Invalid(fields={"requester": [_("Say who asks.")]})
    return open_ticket(
        actor=actor,
        requester=asks,
        beneficiary=beneficiary,
        title=values["title"],
        text=values["reason"],
        kind=TicketKind.REQUEST,
        channel=channel,
    )


def _ticket(actor: Actor, ticket_id: int) -> Ticket:
    rows = Ticket.objects.select_for_update(of=("self",)).select_related(
        "category", "organisation", "beneficiary"
    )
    ticket = get_visible(Ticket, actor, rows, pk=ticket_id)
    if not (may(actor, MANAGE, ticket.organisation_id) or may_as_party(actor, ticket)):
        raise Refused(_("You may wish for something on your own requests only."))
    if not ticket.is_open:
        raise Conflict(_("This request is over: reopen it, or wish anew."))
    if ticket.supplies.count() >= MOST_OF_A_TICKET:
        raise Conflict(_("This request has %(most)d supplies.") % {"most": MOST_OF_A_TICKET})
    return ticket


def _check_person(person: Person, ticket: Ticket) -> None:
    theirs, ours = person.organisation.path, ticket.organisation.path
    if not (theirs.startswith(ours) or ours.startswith(theirs)):
        raise Invalid(
            _("This person is of another organisation."),
            fields={"beneficiary": [_("Choose somebody of the request’s organisation.")]},
        )


@service("supply.change")
def change_wish(
    *, actor: Actor, supply_id: int, values: dict[str, Any], expected_version: int | None = None
) -> SupplyCase:
    """Change the wish, until somebody is asked to approve it.

    Args:
        values: of :data:`FIELDS`; those given.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: it is too late.
        Invalid: something is missing or out of bounds.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=MANAGE, expected_version=expected_version)
    check_writable(supply)
    given = checked({name: value for name, value in values.items() if name in FIELDS})
    if "currency" in given and given["currency"] != supply.currency and supply.quotes.exists():
        raise Conflict(_("Quotes stand in the other currency: remove them first."))
    if "beneficiary" in given:
        _check_person(given["beneficiary"], supply.ticket)
    before = {name: _key(getattr(supply, name)) for name in given}
    for name, value in given.items():
        setattr(supply, name, value)
    old, new = journal.changes(before, {name: _key(value) for name, value in given.items()})
    if not new:
        return supply
    hidden = dict.fromkeys(NOT_JOURNALED)
    return finish(
        actor=actor,
        supply=supply,
        verb="supply.change",
        was=supply.stage,
        before={name: None if name in hidden else value for name, value in old.items()},
        after={name: None if name in hidden else value for name, value in new.items()},
    )


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


@service("supply.take")
def follow(*, actor: Actor, supply_id: int) -> SupplyCase:
    """Follow a supply oneself: what is late is told to who follows it.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock`.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=MANAGE)
    if supply.owner_id == actor.id:
        return supply
    before = {"owner_id": supply.owner_id}
    supply.owner_id = actor.id
    return finish(
        actor=actor, supply=supply, verb="supply.take", was=supply.stage, before=before,
        after={"owner_id": actor.id},
    )  # fmt: skip


@service("supply.cancel")
def cancel(
    *, actor: Actor, supply_id: int, reason: str, expected_version: int | None = None
) -> SupplyCase:
    """Give a supply up before it is ordered. What waits for approval is withdrawn.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: it is ordered: cancel the order first.
        Invalid: no reason is given.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=MANAGE, expected_version=expected_version)
    reason = line_of_words(reason, 400)
    if not reason:
        raise Invalid(_("Say why."), fields={"reason": [_("Say why.")]})
    was = supply.stage
    move(supply, SupplyStage.CANCELLED)
    supply.stopped_at_stage, supply.end_reason = was, reason
    if was == SupplyStage.APPROVAL:
        supply_approving.give_up(actor=actor, supply=supply)
    return finish(actor=actor, supply=supply, verb="supply.cancel", was=was)


@service("supply.cancel_wish")
def withdraw_wish(*, actor: Actor, supply_id: int) -> SupplyCase:
    """Take one's own wish back, while nobody has asked a supplier.

    Raises:
        NotFound: there is none on a request of the actor's.
        IllegalMove: quotes were asked for: write to support instead.
    """
    rows = SupplyCase.objects.select_for_update(of=("self",)).select_related("ticket")
    supply = rows.filter(pk=supply_id).first()
    if supply is None or not may_as_party(actor, supply.ticket):
        raise NotFound
    was = supply.stage
    if was != stages.WISH:
        raise IllegalMove(_("Support works on your wish already: write to them on the request."))
    move(supply, SupplyStage.CANCELLED)
    supply.stopped_at_stage, supply.end_reason = was, _("Taken back by who wished for it.")
    return finish(actor=actor, supply=supply, verb="supply.cancel_wish", was=was)
