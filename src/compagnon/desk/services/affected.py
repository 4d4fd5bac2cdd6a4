"""Writing to those whom the fall of a ticket's machine touches, as the impact graph finds them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.services import service
from compagnon.desk.models import MailEvent, Message, OutgoingMail, Ticket
from compagnon.desk.outbound import identity
from compagnon.desk.policies import is_support
from compagnon.desk.services.changing import apply, lock
from compagnon.desk.services.conversation import reply
from compagnon.desk.services.outgoing import default_mailbox
from compagnon.park.queries import cards
from compagnon.people.models import Person
from compagnon.people.queries import main_emails


@service("ticket.tell_affected")
def tell_affected(
    *,
    actor: Actor,
    ticket_id: int,
    text: str,
    person_ids: Collection[int] | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Write one public message on a ticket, and send it once to each person who is touched.

    Who is touched is reckoned now, of what the actor sees; 500 at most. They receive the text and
    the name of the machine, nothing else of the ticket. Those without an address receive nothing.

    Args:
        person_ids: these alone, of those who are touched; ``None``: all of them.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        Conflict: the ticket is about no asset.
        Invalid: there is nothing to say, or nobody to say it to.
        IllegalMove: the ticket is closed.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.reply", expected_version=expected_version
    )
    if not is_support(actor, ticket):
        raise Refused(_("Only support writes to those who are touched."))
    if ticket.asset_id is None:
        raise Conflict(_("This ticket is about no asset: link one first."))
    at = at or timezone.now()
    found = cards.affected(actor, ticket.asset_id).persons
    chosen = [one for one in found if person_ids is None or one.pk in person_ids]
    addresses = main_emails([one.pk for one in chosen])
    # They receive the answer itself.
    for key in (ticket.requester_id, ticket.beneficiary_id):
        addresses.pop(key, None)
    if not addresses:
        raise Invalid(
            _("Nobody who is touched, and was chosen, has a mail address."),
            fields={"persons": [_("Choose at least one person.")]},
        )
    message = reply(actor=actor, ticket_id=ticket.pk, text=text, at=at)
    ticket.refresh_from_db()
    _queue(ticket, message, [one for one in chosen if one.pk in addresses], addresses, at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.tell_affected",
        at=at,
        after={"message_id": message.pk, "persons": len(addresses)},
    )
    return message


def _queue(
    ticket: Ticket, message: Message, people: list[Person], addresses: dict[int, str], at: datetime
) -> None:
    from compagnon.desk.tasks import deliver

    mailbox = ticket.mailbox or default_mailbox(ticket)
    # Two persons who share an address receive one mail: the database would refuse the second.
    once = {addresses[one.pk]: one for one in reversed(people)}
    rows = OutgoingMail.objects.bulk_create(
        OutgoingMail(
            event=MailEvent.AFFECTED,
            ticket=ticket,
            message=message,
            person=person,
            recipient=address,
            mailbox=mailbox,
            language=person.language,
            event_key=f"{MailEvent.AFFECTED}:{ticket.pk}:{message.pk}",
            internet_id=identity.message_id(ticket_id=ticket.pk, unique=uuid.uuid4().hex[:16]),
            created_at=at,
        )
        for address, person in sorted(once.items())
    )
    for row in rows:
        deliver.enqueue(row.pk)
