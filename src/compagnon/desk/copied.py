"""Reads of those in copy of a ticket's mails: known persons, and addresses of nobody we know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.inbound.addresses import parse
from compagnon.desk.inbound.origin import untagged
from compagnon.desk.models import CopiedAddress, Mailbox, State, Ticket
from compagnon.desk.policies import is_support
from compagnon.people.models import ContactKind, ContactPoint, Person

# Of one ticket, at a time.
MOST = 100
OFFERED_IN = frozenset({State.NEW, State.OPEN, State.PENDING, State.SOLVED})


@dataclass(frozen=True, slots=True)
class Copied:
    """Somebody in copy. ``person``: whom we know by this address, as far as the actor sees them."""

    address: str
    name: str
    person: Person | None

    def __str__(self) -> str:
        return str(self.person) if self.person else self.name or self.address


def of_ticket(actor: Actor, ticket: Ticket) -> list[Copied]:
    """Give those in copy of a ticket's mails about whom nobody decided yet, the known ones first.

    Not those who are on the ticket already, nor addresses of ours. To others than support: nobody.
    """
    if ticket.state not in OFFERED_IN or not is_support(actor, ticket):
        return []
    # What was merged into it is answered here.
    mails = Q(inbound__ticket=ticket) | Q(inbound__ticket__merged_into=ticket)
    rows = visible(CopiedAddress, actor).filter(mails, settled_at=None).order_by("pk")
    found: dict[str, str] = {}
    for address, name in rows.values_list("address", "name")[:MOST]:
        found[address] = found.get(address) or name
    if not found:
        return []
    mine = ours()
    found = {key: name for key, name in found.items() if not {key, untagged(key)} & mine}
    people = _people(found)
    there = {ticket.requester_id, ticket.beneficiary_id, ticket.assignee_id or 0}
    there |= set(ticket.watchers.values_list("person_id", flat=True))
    keys = [key for key in people.values() if key not in there]
    seen = visible(Person, actor).filter(pk__in=keys, is_active=True)
    known = {person.pk: person for person in seen.select_related("organisation")}
    offered = [
        Copied(address, name, known.get(people.get(address, 0)))
        for address, name in found.items()
        if people.get(address, -1) not in there
    ]
    # Somebody with two addresses is one person.
    once: dict[int | str, Copied] = {}
    for one in offered:
        once.setdefault(one.person.pk if one.person else one.address, one)
    return sorted(once.values(), key=lambda one: one.person is None)


def ours() -> set[str]:
    """Give the addresses at which we receive or from which we write, in lower case."""
    boxes = Mailbox.objects.values_list("address", "reply_to")
    written = {one.key for one in parse(settings.DEFAULT_FROM_EMAIL, limit=1)}
    return written | {text.lower() for box in boxes for text in box if text}


def _people(addresses: Iterable[str]) -> dict[str, int]:
    """Give the keys of those whose addresses these are."""
    points = ContactPoint.objects.filter(kind=ContactKind.EMAIL, value__in=list(addresses))
    return dict(points.values_list("value", "person_id"))
