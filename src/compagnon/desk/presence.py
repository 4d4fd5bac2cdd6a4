"""Who has a ticket open and who is writing; texts begun and not sent.

Neither is a business fact: they go to no journal, since a beat every few seconds would drown it,
and both are swept. Each person has one row a ticket, written at most once in ``BEAT`` unless they
begin to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Refused, TooLarge
from compagnon.core.visibility import visible
from compagnon.desk.models import Draft, Presence, Ticket
from compagnon.desk.policies import is_support
from compagnon.people.models import Person

# A page says every 15 seconds that it is looked at; three beats missed, and nobody is there.
BEAT = timedelta(seconds=10)
GONE = timedelta(seconds=45)
WRITING = timedelta(seconds=25)
SHOWN = 12
DRAFT_MAX = 100_000
DRAFTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the ticket open, and whether they are writing."""

    person: Person
    seen_at: datetime
    writing: bool


def note(*, actor: Actor, ticket: Ticket, writing: bool = False, leaving: bool = False) -> None:
    """Note that the actor has a visible ticket open, or has left it.

    Raises:
        Refused: the actor is no person who works on it: users are not watched.
    """
    if actor.id is None or not is_support(actor, ticket):
        raise Refused(_("Only those who work on a ticket are seen on it."))
    now = timezone.now()
    rows = Presence.objects.filter(ticket=ticket, person_id=actor.id)
    if leaving:
        rows.delete()
        return
    found = rows.first()
    if found is None:
        try:
            with transaction.atomic():
                Presence.objects.create(
                    ticket=ticket, person_id=actor.id, seen_at=now,
                    writing_at=now if writing else None,
                )  # fmt: skip
        except IntegrityError:  # another window of theirs was quicker
            pass
        return
    fresh = found.seen_at > now - BEAT
    writes = found.writing_at is not None and found.writing_at > now - BEAT
    if fresh and writes == writing:
        return
    rows.update(seen_at=now, writing_at=now if writing else None)


def others(actor: Actor, ticket: Ticket) -> list[Present]:
    """Give who else has a visible ticket open now, who writes first; one query."""
    now = timezone.now()
    rows = visible(Presence, actor, Presence.objects.filter(ticket=ticket))
    rows = rows.filter(seen_at__gt=now - GONE).exclude(person_id=actor.id or 0)
    found = [
        Present(
            row.person,
            row.seen_at,
            row.writing_at is not None and row.writing_at > now - WRITING,
        )
        for row in rows.select_related("person").order_by("-seen_at")[:SHOWN]
    ]
    return sorted(found, key=lambda one: not one.writing)


# -- drafts ---------------------------------------------------------------------------------------
def keep_draft(
    *, actor: Actor, ticket: Ticket | None, place: str, text: str, device: str = ""
) -> Draft | None:
    """Keep what the actor has begun to write there; nothing, when the text is empty.

    Raises:
        Refused: the actor is no person.
        TooLarge: the text is over 100,000 characters.
    """
    if actor.id is None:
        raise Refused
    if len(text) > DRAFT_MAX:
        raise TooLarge(_("This text is too long to be kept as a draft."))
    text = text.replace("\x00", "")
    if not text.strip():
        drop_draft(actor=actor, ticket=ticket, place=place)
        return None
    rows = _drafts(actor, ticket, place)
    now = timezone.now()
    for _attempt in range(2):
        found = rows.first()
        if found is not None:
            found.text, found.device, found.updated_at = text, device[:40], now
            found.version += 1
            found.save(update_fields=["text", "device", "updated_at", "version"])
            return found
        try:
            with transaction.atomic():
                made = Draft.objects.create(
                    person_id=actor.id, ticket=ticket, place=place, text=text,
                    device=device[:40], updated_at=now,
                )  # fmt: skip
        except IntegrityError:  # begun on another device at the same moment: it is changed
            continue
        _bound(actor.id)
        return made
    return None


def drop_draft(*, actor: Actor, ticket: Ticket | None, place: str) -> None:
    """Forget what was begun there: it was sent, or thrown away."""
    if actor.id is not None:
        _drafts(actor, ticket, place).delete()


def drafts(actor: Actor, ticket: Ticket | None) -> list[Draft]:
    """Give what the actor has begun on a ticket, or outside of any; one query."""
    return list(visible(Draft, actor).filter(ticket=ticket).order_by("place"))


def _drafts(actor: Actor, ticket: Ticket | None, place: str) -> QuerySet[Draft]:
    return Draft.objects.filter(person_id=actor.id or 0, ticket=ticket, place=place[:40])


def _bound(person_id: int) -> None:
    """Forget the oldest drafts of who keeps more than 200."""
    rows = Draft.objects.filter(person_id=person_id).order_by("-updated_at")
    old = list(rows.values_list("pk", flat=True)[DRAFTS_MAX : DRAFTS_MAX + 50])
    if old:
        Draft.objects.filter(pk__in=old).delete()
