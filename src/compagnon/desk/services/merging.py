"""Merging a ticket into another without losing anything, undoing it, splitting a message off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import PauseReason
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.services import service
from compagnon.desk import ties
from compagnon.desk import waiting as reading
from compagnon.desk.errors import IllegalMove, TooLate
from compagnon.desk.events import ticket_closed
from compagnon.desk.models import (
    Channel,
    LinkKind,
    Message,
    State,
    Ticket,
    TicketKind,
    TicketMerge,
    Watcher,
)
from compagnon.desk.policies import check
from compagnon.desk.services import waiting, writing
from compagnon.desk.services.changing import apply, facts_of, lock, subject_of
from compagnon.desk.services.linking import lock_two, tie
from compagnon.desk.services.opening import open_ticket
from compagnon.people.models import Person

REASON_MAX = 500


@service("ticket.merge")
def merge_tickets(
    *,
    actor: Actor,
    ticket_id: int,
    into_id: int,
    reason: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> TicketMerge:
    """Merge a ticket into another of the same organisation: the work goes on there.

    Its messages, files and tasks stay its own and are shown in the survivor; who asked for it
    follows the survivor from now on; what they answer by mail lands there. Its clocks wait, for
    the reason that it was merged.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`, for both.
        IllegalMove: one of them is solved, closed, cancelled or merged.
        Invalid: they are the same, or of two organisations.
    """
    merged, survivor = lock_two(
        actor=actor,
        ticket_id=ticket_id,
        other_id=into_id,
        verb="ticket.close",
        expected_version=expected_version,
    )
    at = at or timezone.now()
    _check_merge(merged, survivor)
    merge = TicketMerge.objects.create(
        merged=merged,
        survivor=survivor,
        reason=reason.replace("\x00", "").strip()[:REASON_MAX],
        before={
            "state": merged.state,
            "pending_reason": merged.pending_reason,
            "pending_until": merged.pending_until.isoformat() if merged.pending_until else None,
            "wait_reason": merged.wait_reason.code if merged.wait_reason else "",
            "awaits_answer": merged.awaits_answer,
            "survivor_awaits_answer": survivor.awaits_answer,
        },
        merged_by_id=actor.id,
        merged_at=at,
    )
    watching = _watching_from_now(actor, merge, at)
    clocks.pause(
        actor=actor,
        subject=subject_of(merged),
        reason=PauseReason.MERGED.value,
        at=at,
        facts=facts_of(merged),
    )
    apply(
        actor=actor,
        ticket=merged,
        verb="ticket.merge",
        at=at,
        values={
            "state": State.CANCELLED,
            "pending_reason": "",
            "pending_until": None,
            "wait_reason_id": None,
            "closed_at": at,
            "awaits_answer": False,
            "merged_into_id": survivor.pk,
        },
        after={"merge_id": merge.pk, "other_ticket": survivor.reference},
        event=ticket_closed,
    )
    apply(
        actor=actor,
        ticket=survivor,
        verb="ticket.absorb",
        at=at,
        values={"awaits_answer": survivor.awaits_answer or merge.before["awaits_answer"]},
        after={"merge_id": merge.pk, "other_ticket": merged.reference, "watchers": watching},
    )
    return merge


def _check_merge(merged: Ticket, survivor: Ticket) -> None:
    if merged.organisation_id != survivor.organisation_id:
        raise Invalid(
            _("Tickets of two organisations are not merged: one would read the other’s. Link them.")
        )
    for one in (merged, survivor):
        if one.merged_into_id is not None:
            raise IllegalMove(
                _("Ticket %(reference)s was merged into another one already.")
                % {"reference": one.reference}
            )
        if not one.is_open:
            raise IllegalMove(
                _("Ticket %(reference)s is “%(state)s”: only open tickets are merged. Link them.")
                % {"reference": one.reference, "state": one.get_state_display()}
            )


def _watching_from_now(actor: Actor, merge: TicketMerge, at: datetime) -> list[int]:
    """Let the people of the merged ticket follow the survivor; gives their keys."""
    merged, survivor = merge.merged, merge.survivor
    by_mail = {merged.requester_id: True, merged.beneficiary_id: True}
    for person_id, wish in merged.watchers.values_list("person_id", "by_mail"):
        by_mail.setdefault(person_id, wish)
    known = {survivor.requester_id, survivor.beneficiary_id}
    known.update(survivor.watchers.values_list("person_id", flat=True))
    new = sorted(set(by_mail) - known)
    Watcher.objects.bulk_create(
        Watcher(
            ticket=survivor,
            person_id=key,
            by_mail=by_mail[key],
            merge=merge,
            added_by_id=actor.id,
            added_at=at,
        )
        for key in new
    )
    return new


@service("ticket.unmerge")
def unmerge_ticket(
    *,
    actor: Actor,
    ticket_id: int,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Undo a merge: the ticket is again what it was, and its clocks run from now on.

    What was written on the survivor meanwhile stays there.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`, for both tickets.
        IllegalMove: it is not merged.
        TooLate: a solution was proposed on the survivor since: it answered both.
    """
    merge = TicketMerge.objects.filter(merged=ticket_id, undone_at=None).first()
    if merge is None:
        lock(actor=actor, ticket_id=ticket_id, verb="ticket.close")
        raise IllegalMove(_("This ticket is not merged into another."))
    merged, survivor = lock_two(
        actor=actor,
        ticket_id=ticket_id,
        other_id=merge.survivor_id,
        verb="ticket.close",
        expected_version=expected_version,
    )
    at = at or timezone.now()
    merge = TicketMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at is not None:
        raise IllegalMove(_("This ticket is not merged into another."))
    if survivor.solutions.filter(proposed_at__gte=merge.merged_at).exists():
        raise TooLate(
            _("A solution was proposed on %(reference)s since: it answered both tickets.")
            % {"reference": survivor.reference}
        )
    merge.undone_at, merge.undone_by_id = at, actor.id
    merge.save(update_fields=["undone_at", "undone_by"])
    merge.watchers.all().delete()
    _give_back(actor, merged, survivor, merge, at)
    return merged


def _give_back(
    actor: Actor, merged: Ticket, survivor: Ticket, merge: TicketMerge, at: datetime
) -> None:
    before: dict[str, Any] = merge.before
    until = parse_datetime(before["pending_until"]) if before["pending_until"] else None
    reason = before["pending_reason"]
    wait = None
    if reason:
        clocks.pause(
            actor=actor, subject=subject_of(merged), reason=reason, at=at, facts=facts_of(merged)
        )
        # Its reminders begin anew: nobody was reminded of a ticket that was merged.
        kept = reading.known(before.get("wait_reason") or reason) or reading.chosen(reason)
        wait = waiting.begin(ticket=merged, reason=kept, at=at)
    else:
        clocks.resume(actor=actor, subject=subject_of(merged), at=at)
    apply(
        actor=actor,
        ticket=merged,
        verb="ticket.unmerge",
        at=at,
        values={
            "state": before["state"],
            "pending_reason": reason,
            "pending_until": until,
            "wait_reason_id": wait.reason_id if wait else None,
            "closed_at": None,
            "awaits_answer": before["awaits_answer"],
            "merged_into_id": None,
        },
        after={"merge_id": merge.pk, "other_ticket": survivor.reference},
    )
    apply(
        actor=actor,
        ticket=survivor,
        verb="ticket.unabsorb",
        at=at,
        after={"merge_id": merge.pk, "other_ticket": merged.reference},
    )


@service("ticket.split")
def split_message(
    *,
    actor: Actor,
    ticket_id: int,
    message_id: int,
    title: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Make a ticket of its own from a message that speaks of something else.

    The message stays where it is; the new ticket holds its text and its files, asked by who
    wrote it when they may ask, else by the requester, and is linked to where it comes from.

    Raises:
        NotFound: no such ticket, or no such message shown on it.
        Refused: the actor may not open tickets there.
        Invalid: it is an internal note.
    """
    ticket = lock(actor=actor, ticket_id=ticket_id, verb="ticket.qualify")
    check(actor, "ticket.open", ticket)
    at = at or timezone.now()
    message = (
        Message.objects.select_related("author")
        .prefetch_related("attachments__file")
        .filter(pk=message_id, ticket_id__in=[ticket.pk, *ties.merged_keys(ticket.pk)])
        .first()
    )
    if message is None:
        raise NotFound
    if not message.is_public:
        # A request begins with what its user said: they read it, and receive it with the answers.
        raise Invalid(
            _("An internal note is not split off: the user of the new ticket would read it.")
        )
    new = open_ticket(
        actor=actor,
        requester=_asker(ticket, message),
        title=title.strip() or ticket.title,
        text=message.text,
        html=message.html if message.channel == Channel.MAIL else None,
        quoted=message.quoted,
        kind=TicketKind(ticket.kind),
        channel=Channel(message.channel),
        category=ticket.category,
        team=ticket.team,
        mailbox=ticket.mailbox,
        uploads=[
            writing.Upload(one.name, one.file, one.content_id, one.is_inline)
            for one in message.attachments.all()
        ],
        occurred_at=message.occurred_at,
        acknowledge=False,
    )
    link = tie(actor=actor, origin=new, target=ticket, kind=LinkKind.SPLIT, at=at)
    apply(
        actor=actor,
        ticket=ticket,
        verb="ticket.split",
        at=at,
        after={"link_id": link.pk, "message_id": message.pk, "other_ticket": new.reference},
    )
    return new


def _asker(ticket: Ticket, message: Message) -> Person:
    author = message.author
    if (
        author is not None
        and not message.from_support
        and author.is_active
        and author.organisation_id == ticket.organisation_id
    ):
        return author
    return ticket.requester
