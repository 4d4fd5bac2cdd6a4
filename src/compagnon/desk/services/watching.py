"""Following a ticket that one did not ask for, and reading what names one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.mentions import named
from compagnon.desk.models import (
    MailEvent,
    Message,
    NoticeEvent,
    Ticket,
    Watcher,
)
from compagnon.desk.policies import is_support
from compagnon.desk.services import noticing, outgoing
from compagnon.desk.services.changing import apply
from compagnon.people.models import Membership, Person
from compagnon.people.queries import actor_for

WATCHERS_MAX = 100


@service("ticket.watch")
def watch(
    *,
    actor: Actor,
    ticket_id: int,
    person_id: int | None = None,
    by_mail: bool = True,
    at: datetime | None = None,
) -> Watcher:
    """Follow a ticket that one sees, or let somebody follow it; again, to choose about mail.

    A watcher of the ticket's organisation reads its public side; one from elsewhere reads what
    their roles let them, and nothing more.

    Args:
        person_id: somebody else, whom support adds; nobody: oneself.

    Raises:
        NotFound: the actor does not see the ticket.
        Refused: a user adds somebody else.
        Invalid: that person asked for the ticket, could not read it, or it has a hundred watchers.
    """
    ticket = _locked(actor, ticket_id)
    at = at or timezone.now()
    key = person_id if person_id is not None else actor.id
    person = Person.objects.filter(pk=key or 0, is_active=True).first()
    if person is None:
        raise Invalid(fields={"person": [_("There is no such person.")]})
    if person.pk != actor.id and not is_support(actor, ticket):
        raise Refused(_("Only support lets somebody else follow a ticket."))
    if person.pk in {ticket.requester_id, ticket.beneficiary_id}:
        raise Invalid(_("%(person)s receives everything already.") % {"person": person})
    if not outgoing.may_read(person, ticket):
        if not visible(Person, actor).filter(pk=person.pk).exists():
            # The refusal names them: by key, the people of every client would be read.
            raise Invalid(fields={"person": [_("There is no such person.")]})
        raise Invalid(
            _("%(person)s may not read tickets of %(organisation)s.")
            % {"person": person, "organisation": ticket.organisation}
        )
    row = Watcher.objects.filter(ticket=ticket, person=person).first()
    if row is None and ticket.watchers.count() >= WATCHERS_MAX:
        raise Invalid(_("A ticket has at most %(limit)d watchers.") % {"limit": WATCHERS_MAX})
    row = row or Watcher(ticket=ticket, person=person, added_by_id=actor.id, added_at=at)
    # Who is named by hand stays when the merge that brought them is undone.
    row.by_mail, row.merge = by_mail, None
    row.save()
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.watch",
        at=at,
        after={"watcher_id": person.pk, "by_mail": by_mail},
    )
    return row


@service("ticket.unwatch")
def unwatch(
    *,
    actor: Actor,
    ticket_id: int,
    person_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Follow a ticket no more; support takes others off.

    Raises:
        NotFound: the actor does not see the ticket, or that person does not watch it.
        Refused: a user takes somebody else off.
    """
    ticket = _locked(actor, ticket_id)
    key = person_id if person_id is not None else actor.id
    row = Watcher.objects.filter(ticket=ticket, person_id=key or 0).first()
    if row is None:
        raise NotFound
    if key != actor.id and not is_support(actor, ticket):
        raise Refused(_("Only support takes somebody else off a ticket."))
    row.delete()
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.unwatch",
        at=at or timezone.now(),
        after={"watcher_id": key},
    )


def _locked(actor: Actor, ticket_id: int) -> Ticket:
    """Whoever sees a ticket may follow it: there is no verb to hold."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category", "organisation")
    return get_visible(Ticket, actor, rows, pk=ticket_id)


def tell_named(*, actor: Actor, ticket: Ticket, message: Message, at: datetime) -> list[Person]:
    """Tell the colleagues whom an internal note names with «@», each once. The caller journals.

    Only who works on the ticket is told: a note is not for others. By mail, as each chose.
    """
    if "@" not in message.text:
        return []
    found = [
        person
        for person in named(message.text, _colleagues())
        if person.pk != actor.id and is_support(actor_for(person, source=actor.source), ticket)
    ]
    noticing.write(
        actor=actor,
        ticket=ticket,
        told={NoticeEvent.MENTION: [person.pk for person in found]},
        at=at,
        message_id=message.pk,
        key=f"mention:{message.pk}",
    )
    for person in found:
        outgoing.queue(
            actor=actor,
            ticket=ticket,
            event=MailEvent.MENTION,
            message=message,
            at=at,
            to=person,
        )
    return found


def _colleagues() -> Iterable[Person]:
    members = Membership.objects.filter(team__is_active=True).values("person_id")
    return Person.objects.filter(pk__in=members, is_active=True)
