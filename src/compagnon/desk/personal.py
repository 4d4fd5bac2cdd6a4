"""What ``desk`` keeps of a person: their requests, what they wrote, their mail, signed sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.core import files
from compagnon.core.models import StoredFile
from compagnon.core.personal import ERASED, Basis, Holding, Mask, Subject, mask_of, register
from compagnon.desk import search
from compagnon.desk.models import (
    OPEN_STATES,
    Attachment,
    CalendarFeed,
    CopiedAddress,
    Draft,
    Escalation,
    InboundMessage,
    InterventionSheet,
    LastAct,
    Message,
    Notice,
    NoticeChoice,
    NoticeMail,
    NoticePreference,
    OutgoingMail,
    Presence,
    PushSubscription,
    QueueColumns,
    Reach,
    SavedView,
    State,
    Ticket,
    TicketTag,
    Timer,
    Watcher,
    WorkTask,
)

YEAR = 365


# --- requests and what was written on them -------------------------------------------------------


def _requests(subject: Subject) -> QuerySet[Ticket]:
    mine = Q(requester_id=subject.person_id) | Q(beneficiary_id=subject.person_id)
    return Ticket.objects.filter(mine)


def _messages(subject: Subject) -> QuerySet[Message]:
    """What the person wrote, wherever; what support wrote of them stands in their requests."""
    return Message.objects.filter(author_id=subject.person_id)


def _tell_requests(subject: Subject) -> Iterable[Mapping[str, Any]]:
    tickets = _requests(subject).select_related("category", "asset").order_by("pk")
    tickets = tickets.prefetch_related("ticket_tags__tag")
    for ticket in tickets.iterator(chunk_size=500):
        public = ticket.messages.filter(is_public=True).order_by("occurred_at", "pk")
        yield {
            "reference": ticket.reference,
            "kind": ticket.kind,
            "title": ticket.title,
            "state": ticket.state,
            "opened": ticket.opened_at,
            "closed": ticket.closed_at,
            "affected_item": ticket.affected_item,
            "tags": [row.tag.name for row in ticket.ticket_tags.all() if row.tag.is_public],
            "messages": [
                {
                    "written": message.occurred_at,
                    "by_me": message.author_id == subject.person_id,
                    "kind": message.kind,
                    "text": message.text,
                }
                for message in public
            ],
        }


def _tell_messages(subject: Subject) -> Iterable[Mapping[str, Any]]:
    others = _messages(subject).exclude(ticket__in=_requests(subject)).order_by("pk")
    for message in others.iterator(chunk_size=500):
        yield {
            "request": message.ticket_id,
            "written": message.occurred_at,
            "public": message.is_public,
            "text": message.text,
        }


def _files(subject: Subject) -> Iterable[tuple[str, StoredFile]]:
    rows = Attachment.objects.filter(message__author_id=subject.person_id).select_related("file")
    for row in rows.order_by("pk").iterator(chunk_size=500):
        yield f"{row.ticket_id}/{row.pk} {files.clean_name(row.name)}", row.file


def _hindered(subject: Subject) -> list[str]:
    count = _requests(subject).filter(state__in=(*OPEN_STATES, State.SOLVED)).count()
    if not count:
        return []
    words = gettext("%(count)s requests still go on: close or cancel them first.")
    return [words % {"count": count}]


def _forget_requests(subject: Subject) -> int:
    """Blank what the person wrote, and take their names out of what others wrote to them."""
    mask, gone = mask_of(subject, first_names=True), 0
    keys = list(_requests(subject).order_by("pk").values_list("pk", flat=True))
    for key in keys:
        gone += _forget_request(key, subject, mask)
    search.index_many(keys)
    return gone


def _forget_request(key: int, subject: Subject, mask: Mask) -> int:
    gone = 0
    ticket = Ticket.objects.only("title", "affected_item").get(pk=key)
    told = {"title": mask(ticket.title), "affected_item": mask(ticket.affected_item)}
    if told != {"title": ticket.title, "affected_item": ticket.affected_item}:
        gone += Ticket.objects.filter(pk=key).update(**told)
    for message in Message.objects.filter(ticket_id=key).exclude(author_id=subject.person_id):
        gone += _mask_message(message, mask)
    for row in Escalation.objects.filter(ticket_id=key):
        gone += _mask_fields(row, ("reason", "tried", "needed"), mask)
    for tagged in TicketTag.objects.filter(ticket_id=key).select_related("tag"):
        if mask(tagged.tag.name) != tagged.tag.name:
            tagged.delete()
            gone += 1
    for task in WorkTask.objects.filter(ticket_id=key):
        gone += _mask_fields(task, ("title", "details"), mask)
    return gone


def _mask_message(message: Message, mask: Mask) -> int:
    changed = _mask_fields(message, ("text", "quoted"), mask)
    # Its formatting may hide a name between two tags: the text alone stays.
    if changed or (message.html and mask(message.html) != message.html):
        Message.objects.filter(pk=message.pk).update(html="")
        return 1
    return 0


def _mask_fields(row: Any, names: tuple[str, ...], mask: Mask) -> int:
    told = {name: mask(getattr(row, name)) for name in names}
    if all(told[name] == getattr(row, name) for name in names):
        return 0
    type(row).objects.filter(pk=row.pk).update(**told)
    return 1


def _forget_messages(subject: Subject) -> int:
    """Blank what the person wrote and delete the files they sent, on any request."""
    attached = Attachment.objects.filter(message__author_id=subject.person_id)
    stored = [row.file for row in attached.select_related("file")]
    touched = set(_messages(subject).exclude(text=ERASED).values_list("ticket_id", flat=True))
    gone = attached.delete()[0]
    gone += _messages(subject).exclude(text=ERASED).update(text=ERASED, quoted="", html="")
    files.discard(stored)
    search.index_many(sorted(touched))
    return gone


# --- mail -----------------------------------------------------------------------------------------


def received(subject: Subject) -> QuerySet[InboundMessage]:
    """Give the mail that they wrote: two ways to find it, each by its index."""
    every = InboundMessage.objects.order_by()
    keys = every.filter(message__author_id=subject.person_id).values("pk")
    keys = keys.union(every.filter(sender__in=[*subject.addresses]).values("pk"))
    return InboundMessage.objects.filter(pk__in=keys)


def _tell_received(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in received(subject).order_by("pk").iterator(chunk_size=500):
        yield {
            "received": row.received_at,
            "subject": row.subject,
            "from": row.sender,
            "outcome": row.state,
        }


def _blank(rows: Iterable[InboundMessage]) -> int:
    nothing, stored, gone = files.store(b"[erased]\n"), [], 0
    for row in rows:
        if row.raw_id == nothing.pk:
            continue
        stored.append(row.raw)
        CopiedAddress.objects.filter(inbound_id=row.pk).delete()
        gone += InboundMessage.objects.filter(pk=row.pk).update(
            raw=nothing, mail_from="", sender="", subject="", peer="", detail="", rcpt_to=[]
        )
    files.discard(stored)
    return gone


def _forget_received(subject: Subject) -> int:
    # By the envelope too, which has no index: in the background, once.
    rows = received(subject) | InboundMessage.objects.filter(mail_from__in=[*subject.addresses])
    return _blank(rows.select_related("raw"))


def _old_mail(before: datetime, most: int) -> int:
    nothing = files.store(b"[erased]\n")
    rows = InboundMessage.objects.filter(received_at__lt=before).exclude(raw=nothing)
    settled = rows.filter(Q(ticket=None) | Q(ticket__closed_at__lt=before))
    settled = settled.exclude(state__in=("waiting", "quarantine"))
    return _blank(settled.select_related("raw").order_by("received_at", "pk")[:most])


def _sent(subject: Subject) -> QuerySet[OutgoingMail]:
    to = Q(person_id=subject.person_id) | Q(recipient__in=subject.addresses)
    return OutgoingMail.objects.filter(to).exclude(recipient__startswith="erased-")


def _tell_sent(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _sent(subject).order_by("pk").iterator(chunk_size=500):
        yield {"sent": row.sent_at, "to": row.recipient, "why": row.event, "request": row.ticket_id}


def _forget_sent(subject: Subject) -> int:
    rows = list(_sent(subject))
    for row in rows:
        OutgoingMail.objects.filter(pk=row.pk).update(recipient=f"erased-{row.pk}", reason="")
    return len(rows)


def _old_sent(before: datetime, most: int) -> int:
    rows = OutgoingMail.objects.filter(created_at__lt=before, state__in=("sent", "suppressed"))
    keys = rows.exclude(recipient__startswith="erased-").order_by("created_at", "pk")
    found = list(keys.values_list("pk", flat=True)[:most])
    for pk in found:
        OutgoingMail.objects.filter(pk=pk).update(recipient=f"erased-{pk}", reason="")
    return len(found)


# --- signed sheets --------------------------------------------------------------------------------


def _sheets(subject: Subject) -> QuerySet[InterventionSheet]:
    mine = Q(task__ticket__requester_id=subject.person_id) | Q(
        task__ticket__beneficiary_id=subject.person_id
    )
    return InterventionSheet.objects.filter(mine).exclude(signed_at=None)


def _tell_sheets(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for sheet in _sheets(subject).select_related("task").order_by("pk"):
        yield {
            "request": sheet.task.ticket_id,
            "signed": sheet.signed_at,
            "signed_by": sheet.signed_name,
            "report": sheet.report,
            "remarks": sheet.remarks,
        }


def _old_sheets(before: datetime, most: int) -> int:
    rows = InterventionSheet.objects.filter(signed_at__lt=before).exclude(signed_name="")
    found = list(rows.select_related("signature").order_by("signed_at", "pk")[:most])
    stored = [sheet.signature for sheet in found if sheet.signature is not None]
    keys = [sheet.pk for sheet in found]
    gone = InterventionSheet.objects.filter(pk__in=keys).update(
        signed_name="", remarks="", signature=None
    )
    files.discard(stored)
    return gone


# --- what is the person's alone ------------------------------------------------------------------


OWN = (
    Watcher,
    Notice,
    NoticeChoice,
    NoticePreference,
    NoticeMail,
    PushSubscription,
    CalendarFeed,
    QueueColumns,
    Draft,
    Presence,
    Timer,
    LastAct,
)


def _own(subject: Subject) -> int:
    views = SavedView.objects.filter(owner_id=subject.person_id, reach=Reach.ME).count()
    return views + sum(model.objects.filter(person_id=subject.person_id).count() for model in OWN)


def _tell_own(subject: Subject) -> Iterable[Mapping[str, Any]]:
    watched = Watcher.objects.filter(person_id=subject.person_id)
    yield {
        "follows": [*watched.values_list("ticket_id", flat=True)],
        "drafts": [
            *Draft.objects.filter(person_id=subject.person_id).values_list("text", flat=True)
        ],
    }


def _forget_own(subject: Subject) -> int:
    # A view that others use stays theirs.
    views = SavedView.objects.filter(owner_id=subject.person_id, reach=Reach.ME).delete()[0]
    return views + sum(
        model.objects.filter(person_id=subject.person_id).delete()[0] for model in OWN
    )


_SUPPORT = _("The support centre; who follows the request in the person’s organisation")

register(
    Holding(
        key="desk.requests",
        order=20,
        title=_("Requests"),
        concerned=_("Those who ask, those for whom it is asked"),
        content=_("Title, item, dates, what support wrote to them or about them"),
        purpose=_("To help, to count on the contract, to learn from what happened"),
        basis=Basis.CONTRACT,
        recipients=_SUPPORT,
        count=lambda subject: _requests(subject).count(),
        export=_tell_requests,
        erase=_forget_requests,
        hindrances=_hindered,
        models=("desk.ticket", "desk.escalation", "desk.worktask", "desk.tickettag"),
        stays=_(
            "The request with its dates and states, without names: contracts are counted on it."
        ),
    ),
    Holding(
        key="desk.messages",
        order=10,
        title=_("Messages and files"),
        concerned=_("Those who write on a request"),
        content=_("Texts, pictures and files that they sent"),
        purpose=_("To understand the request and answer it"),
        basis=Basis.CONTRACT,
        recipients=_SUPPORT,
        count=lambda subject: _messages(subject).count(),
        export=_tell_messages,
        files=_files,
        erase=_forget_messages,
        models=("desk.message", "desk.attachment"),
    ),
    Holding(
        key="desk.mail_received",
        order=5,
        title=_("Mail received, as it came"),
        concerned=_("Those who write by mail"),
        content=_("The whole message with its headers, sender, subject"),
        purpose=_("To lose nothing, to read it again if it was read badly"),
        basis=Basis.INTEREST,
        recipients=_("Technicians who see the intake"),
        since=_("the closing of the request"),
        days=2 * YEAR,
        count=lambda subject: received(subject).count(),
        export=_tell_received,
        erase=_forget_received,
        expire=_old_mail,
        models=("desk.inboundmessage",),
        stays=_("Its digest, so that the same message is not taken twice."),
    ),
    Holding(
        key="desk.mail_sent",
        order=6,
        title=_("Mail sent: to whom, when, why"),
        concerned=_("Those to whom we write"),
        content=_("Address, moment, reason; the text is the request’s"),
        purpose=_("To send once, and to tell whether it left"),
        basis=Basis.INTEREST,
        recipients=_SUPPORT,
        since=_("its sending"),
        days=3 * YEAR,
        count=lambda subject: _sent(subject).count(),
        export=_tell_sent,
        erase=_forget_sent,
        expire=_old_sent,
        models=("desk.outgoingmail",),
        stays=_("That a mail left, without its address."),
    ),
    Holding(
        key="desk.sheets",
        order=30,
        title=_("Signed intervention sheets"),
        concerned=_("Those who signed"),
        content=_("Name, signature, remarks"),
        purpose=_("To prove that the work was done"),
        basis=Basis.INTEREST,
        recipients=_SUPPORT,
        since=_("the signature"),
        days=5 * YEAR,
        count=lambda subject: _sheets(subject).count(),
        export=_tell_sheets,
        expire=_old_sheets,
        models=("desk.interventionsheet",),
        stays=_("Proof of the service done, until its term."),
    ),
    Holding(
        key="desk.own",
        order=40,
        title=_("Drafts, followed requests, notices"),
        concerned=_("Those who sign in"),
        content=_("What one has begun to write, follows, was told"),
        purpose=_("To find one’s work again, to be told"),
        basis=Basis.CONTRACT,
        recipients=_("The person"),
        count=_own,
        export=_tell_own,
        erase=_forget_own,
        models=(*(model._meta.label_lower for model in OWN), "desk.savedview"),
    ),
)
