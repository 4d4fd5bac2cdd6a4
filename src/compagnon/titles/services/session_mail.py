"""Mail about sessions: summons with their calendar file, cancellations, results."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import ContactKind, ContactPoint, Person
from compagnon.titles.models import (
    Answer,
    Session,
    SessionMail,
    SessionMailKind,
    SessionMailState,
)
from compagnon.titles.policies_sessions import check_manage_sessions


def queue_summons(session: Session, *, at: datetime | None = None) -> list[SessionMail]:
    """Have every candidate and every juror who comes told when to come, or that it changed."""
    return _queue(session, SessionMailKind.SUMMONS, _everybody(session), at=at)


def queue_cancellation(session: Session, *, at: datetime | None = None) -> list[SessionMail]:
    """Have everybody who was summoned told that the session is cancelled."""
    return _queue(session, SessionMailKind.CANCELLED, _everybody(session), at=at)


def queue_results(
    session: Session, persons: Iterable[Person], *, at: datetime | None = None
) -> list[SessionMail]:
    """Have these candidates sent what the jury decided on them."""
    told = ((person, False) for person in persons)
    return _queue(session, SessionMailKind.RESULTS, told, at=at)


def _everybody(session: Session) -> Iterator[tuple[Person, bool]]:
    for sitting in session.sittings.select_related("candidacy__person"):
        yield sitting.candidacy.person, False
    for member in session.jury.filter(answer=Answer.ACCEPTED).select_related("juror__person"):
        yield member.juror.person, True


def _queue(
    session: Session,
    kind: SessionMailKind,
    told: Iterable[tuple[Person, bool]],
    *,
    at: datetime | None,
) -> list[SessionMail]:
    from compagnon.titles.tasks import send_session_mail

    people = list({person.pk: (person, as_juror) for person, as_juror in told}.values())
    addresses = _addresses(person.pk for person, _juror in people)
    last = dict(
        SessionMail.objects.filter(session=session)
        .values_list("person_id")
        .annotate(last=Max("sequence"))
    )
    made = SessionMail.objects.bulk_create(
        SessionMail(
            session=session,
            person=person,
            kind=kind,
            as_juror=as_juror,
            sequence=last[person.pk] + 1 if person.pk in last else 0,
            address=addresses.get(person.pk, ""),
            state=SessionMailState.WAITING if addresses.get(person.pk) else SessionMailState.FAILED,
            error="" if addresses.get(person.pk) else "no address",
            created_at=at or timezone.now(),
        )
        for person, as_juror in people
    )
    for row in made:
        if row.address:
            send_session_mail.enqueue(row.pk)
    return made


def _addresses(person_ids: Iterable[int]) -> dict[int, str]:
    points = ContactPoint.objects.filter(
        person_id__in=list(person_ids), kind=ContactKind.EMAIL
    ).order_by("is_primary", "-pk")
    return {point.person_id: point.value for point in points}


def deliver(mail_id: int) -> None:
    """Send a mail that waits, once; what goes wrong is noted, and raised for another try.

    Raises:
        OSError, NotSent: whatever the way of sending says.
    """
    from compagnon.titles.session_mail import message_of

    row = (
        SessionMail.objects.filter(pk=mail_id)
        .select_related("person", "session__organisation", "session__version_of_title__title",
                        "session__certificate")
        .first()
    )  # fmt: skip
    if row is None or row.state == SessionMailState.SENT or not row.address:
        return
    sent = False
    try:
        message_of(row).send()
        sent = True
    finally:
        row.attempts += 1
        row.state = SessionMailState.SENT if sent else SessionMailState.FAILED
        row.sent_at = timezone.now() if sent else None
        row.error = "" if sent else str(sys.exc_info()[1])[:200]
        row.save(update_fields=["attempts", "state", "sent_at", "error"])


@service("session_mail.retry")
def retry_mail(*, actor: Actor, mail_id: int) -> SessionMail:
    """Send again a mail that did not leave, to the address known now.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: the actor does not prepare that centre's sessions.
        Conflict: it was sent; no address is known.
    """
    from compagnon.titles.tasks import send_session_mail

    rows = SessionMail.objects.select_for_update(of=("self",)).select_related("session")
    row = get_visible(SessionMail, actor, rows, pk=mail_id)
    check_manage_sessions(actor, row.session.organisation_id)
    if row.state == SessionMailState.SENT:
        raise Conflict(_("This mail was sent."))
    row.address = _addresses([row.person_id]).get(row.person_id, "")
    if not row.address:
        raise Conflict(_("No address is known for this person: give them the paper by hand."))
    row.state, row.error = SessionMailState.WAITING, ""
    row.save(update_fields=["address", "state", "error"])
    journal.record(
        actor=actor,
        verb="session_mail.retry",
        subject=row.session,
        after={"kind": row.kind, "person_id": row.person_id},
    )
    send_session_mail.enqueue(row.pk)
    return row
