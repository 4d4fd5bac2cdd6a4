"""Examination sessions: foreseen, planned, peopled, timed, summoned."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation
from compagnon.titles.models import (
    Candidacy,
    CentreApproval,
    Certificate,
    CertificateKind,
    Forecast,
    Path,
    Session,
    SessionKind,
    SessionState,
    Sitting,
    Station,
    TitleVersion,
)
from compagnon.titles.policies_sessions import check_manage_sessions
from compagnon.titles.services import session_mail


def lock(actor: Actor, session_id: int) -> Session:
    """Fetch a session for changing it.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: the actor does not prepare that centre's sessions.
    """
    rows = Session.objects.select_for_update(of=("self",)).select_related(
        "version_of_title__title", "certificate", "organisation"
    )
    session = get_visible(Session, actor, rows, pk=session_id)
    check_manage_sessions(actor, session.organisation_id)
    return session


def note(actor: Actor, session: Session, verb: str, **after: Any) -> None:
    """Write the journal's entry of a verb on a session."""
    journal.record(actor=actor, verb=verb, subject=session, after=after)


def touch(session: Session, *fields: str) -> None:
    """Save the fields and the next version."""
    session.version += 1
    session.save(update_fields=[*fields, "version"])


@service("session.approve_centre")
def record_approval(
    *,
    actor: Actor,
    centre: Organisation,
    version: TitleVersion,
    number: str,
    approved_on: date,
    valid_to: date | None = None,
    equipment: str = "",
) -> CentreApproval:
    """Record that the State approved a centre and its equipment for a title.

    Raises:
        Refused: the actor does not prepare that centre's sessions.
        Invalid: no number, or dates that do not follow.
    """
    check_manage_sessions(actor, centre.pk)
    number = " ".join(number.split())[:60]
    if not number:
        raise Invalid(_("Give its number."), fields={"number": [_("Empty.")]})
    if valid_to and valid_to < approved_on:
        raise Invalid(
            _("It would end before it starts."), fields={"valid_to": [_("After the start.")]}
        )
    approval = CentreApproval.objects.create(
        organisation=centre,
        version_of_title=version,
        number=number,
        approved_on=approved_on,
        valid_to=valid_to,
        equipment=equipment.strip()[:10_000],
    )
    journal.record(
        actor=actor,
        verb="session.approve_centre",
        subject=approval,
        after={"version_id": version.pk, "approved_on": approved_on, "valid_to": valid_to},
    )
    return approval


@service("session.foresee")
def foresee(
    *,
    actor: Actor,
    centre: Organisation,
    version: TitleVersion,
    kind: SessionKind | str,
    month: date,
    places: int,
    submitted_on: date | None = None,
) -> Forecast:
    """Foresee a session, or change what was foreseen for that month.

    Raises:
        Refused: the actor does not prepare that centre's sessions.
        Invalid: no candidate, or over 500.
    """
    check_manage_sessions(actor, centre.pk)
    if not 1 <= places <= 500:
        raise Invalid(_("Between 1 and 500 candidates."), fields={"places": [_("1 to 500.")]})
    forecast, _made = Forecast.objects.update_or_create(
        organisation=centre,
        version_of_title=version,
        kind=SessionKind(kind),
        month=month.replace(day=1),
        defaults={"places": places, "submitted_on": submitted_on},
    )
    journal.record(
        actor=actor,
        verb="session.foresee",
        subject=forecast,
        after={"kind": kind, "month": forecast.month, "places": places, "told": submitted_on},
    )
    return forecast


@service("session.plan")
def plan_session(
    *,
    actor: Actor,
    centre: Organisation,
    version: TitleVersion,
    kind: SessionKind | str,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    certificate: Certificate | None = None,
    is_remote: bool = False,
    forecast: Forecast | None = None,
) -> Session:
    """Plan a session.

    Raises:
        Refused: the actor does not prepare that centre's sessions.
        Invalid: it would end before it starts, or lasts over a month; no place; a certificate of
            another title or kind.
    """
    check_manage_sessions(actor, centre.pk)
    kind = SessionKind(kind)
    if not starts_at < ends_at <= starts_at + timedelta(days=31):
        raise Invalid(
            _("A session ends after it starts, within a month."),
            fields={"ends_at": [_("After the start, within a month.")]},
        )
    place = " ".join(place.split())[:300]
    if not place:
        raise Invalid(_("Say where."), fields={"place": [_("Say where.")]})
    wanted = {SessionKind.CCP: CertificateKind.CCP, SessionKind.CCS: CertificateKind.CCS}.get(kind)
    given = certificate.kind if certificate else None
    if given != wanted or (certificate and certificate.version_id != version.pk):
        raise Invalid(
            _("Choose the certificate that the session is for, of this title."),
            fields={"certificate": [_("A certificate of the session’s kind.")]},
        )
    session = Session.objects.create(
        reference=f"?{uuid.uuid4().hex[:19]}",
        organisation=centre,
        version_of_title=version,
        kind=kind,
        certificate=certificate,
        forecast=forecast,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        is_remote=is_remote,
    )
    session.reference = f"S-{session.pk:06d}"
    session.save(update_fields=["reference"])
    note(
        actor, session, "session.plan",
        kind=kind, version_id=version.pk, starts_at=starts_at, ends_at=ends_at,
        certificate_id=certificate.pk if certificate else None,
    )  # fmt: skip
    return session


def check_planned(session: Session) -> None:
    """Refuse unless the session is being planned.

    Raises:
        Conflict: it has been summoned, or is over.
    """
    if session.state != SessionState.PLANNED:
        raise Conflict(
            _("This session is “%(state)s”: it can no longer be changed so.")
            % {"state": session.get_state_display()}
        )


@service("session.add_station")
def add_station(
    *, actor: Actor, session_id: int, name: str, room: str = "", equipment: str = ""
) -> Station:
    """Add a station: a room, a machine.

    Raises:
        NotFound, Refused: see :func:`lock`.
        Conflict: the session is no longer being planned, or has one of that name.
        Invalid: no name.
    """
    session = lock(actor, session_id)
    check_planned(session)
    name = " ".join(name.split())[:80]
    if not name:
        raise Invalid(_("Give it a name."), fields={"name": [_("Empty.")]})
    if session.stations.filter(name=name).exists():
        raise Conflict(_("There is a station of that name."))
    station = Station.objects.create(
        session=session,
        name=name,
        room=" ".join(room.split())[:80],
        equipment=" ".join(equipment.split())[:200],
    )
    note(actor, session, "session.add_station", station_id=station.pk)
    return station


@service("session.add_candidate")
def add_candidate(*, actor: Actor, session_id: int, candidacy_id: int) -> Sitting:
    """Put a candidate on the list of a session.

    Raises:
        NotFound, Refused: see :func:`lock`; or the candidacy is not seen.
        Conflict: the session is no longer being planned; the candidacy is not ready, is of another
            title or path, or is on the list.
    """
    session = lock(actor, session_id)
    check_planned(session)
    candidacy = get_visible(Candidacy, actor, pk=candidacy_id)
    if not candidacy.is_open:
        raise Conflict(_("This candidacy is over."))
    if candidacy.version_of_title_id != session.version_of_title_id:
        raise Conflict(_("This candidacy is for another title."))
    if (candidacy.path == Path.CCS) != (session.kind == SessionKind.CCS):
        raise Conflict(_("A CCS is judged in a session for that CCS."))
    if session.certificate and not candidacy.aimed.filter(pk=session.certificate.pk).exists():
        raise Conflict(_("This candidacy does not aim at this certificate."))
    if session.sittings.filter(candidacy=candidacy).exists():
        raise Conflict(_("This candidate is on the list already."))
    sitting = Sitting.objects.create(session=session, candidacy=candidacy)
    touch(session)
    note(actor, session, "session.add_candidate", candidacy_id=candidacy.pk)
    return sitting


@service("session.remove_candidate")
def remove_candidate(*, actor: Actor, session_id: int, sitting_id: int) -> None:
    """Take a candidate off the list of a session that is being planned.

    Raises:
        NotFound, Refused: see :func:`lock`; or there is no such line.
        Conflict: the session is no longer being planned.
    """
    session = lock(actor, session_id)
    check_planned(session)
    sitting = session.sittings.filter(pk=sitting_id).first()
    if sitting is None:
        raise NotFound
    candidacy_id = sitting.candidacy_id
    sitting.delete()
    touch(session)
    note(actor, session, "session.remove_candidate", candidacy_id=candidacy_id)


@service("session.cancel")
def cancel_session(*, actor: Actor, session_id: int) -> Session:
    """Cancel a session that has not begun.

    Raises:
        NotFound, Refused: see :func:`lock`.
        Conflict: it has begun, or is over.
    """
    session = lock(actor, session_id)
    if session.state not in (SessionState.PLANNED, SessionState.SUMMONED):
        raise Conflict(_("This session has begun."))
    was_summoned = session.state == SessionState.SUMMONED
    session.state = SessionState.CANCELLED
    touch(session, "state")
    note(actor, session, "session.cancel")
    if was_summoned:
        session_mail.queue_cancellation(session)
    return session
