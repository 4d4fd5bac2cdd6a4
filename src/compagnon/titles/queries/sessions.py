"""Reads of sessions, juries, forecasts and minutes, as far as the actor sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Organisation
from compagnon.titles.models import (
    Answer,
    Appeal,
    CentreApproval,
    Certificate,
    Forecast,
    Incident,
    Juror,
    JurorTie,
    JuryMember,
    Minutes,
    Session,
    Signature,
    Sitting,
    Slot,
    Station,
    TitleVersion,
)


def sessions(actor: Actor, q: str = "") -> QuerySet[Session]:
    """Give the sessions that the actor sees, narrowed to a reference, a place or a title's code."""
    rows = visible(Session, actor).select_related(
        "organisation", "version_of_title__title", "certificate"
    )
    return rows.filter(matching(q))


def matching(q: str) -> Q:
    """Give the filter for a reference, a place or the code of a title."""
    words = " ".join(q.replace("\0", "").split())[:100]
    if not words:
        return Q()
    return (
        Q(reference__icontains=words)
        | Q(place__icontains=words)
        | Q(version_of_title__title__code__iexact=words)
    )


def session(actor: Actor, session_id: int) -> Session:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Session, actor, sessions(actor), pk=session_id)


def centres(actor: Actor) -> QuerySet[Organisation]:
    """Give the organisations whose sessions the actor prepares."""
    rows = visible(Organisation, actor).filter(is_active=True).order_by("name")
    reach = actor.scope.organisations("session.manage")
    return rows if reach is None else rows.filter(pk__in=sorted(reach))


def versions() -> QuerySet[TitleVersion]:
    """Give the versions that have certificates, by title, the latest first."""
    rows = TitleVersion.objects.filter(certificates__isnull=False).distinct()
    return rows.select_related("title").order_by("title__short_name", "-valid_from", "-pk")


def certificates() -> QuerySet[Certificate]:
    """Give every certificate, by version."""
    rows = Certificate.objects.select_related("version__title")
    return rows.order_by("version__title__short_name", "-version__valid_from", "kind", "number")


def forecasts(actor: Actor) -> QuerySet[Forecast]:
    """Give what was foreseen, as far as the actor sees it."""
    return visible(Forecast, actor).select_related("organisation", "version_of_title__title")


def approvals(actor: Actor) -> QuerySet[CentreApproval]:
    """Give the approvals of the actor's centres."""
    return visible(CentreApproval, actor).select_related("organisation", "version_of_title__title")


def jurors(actor: Actor, q: str = "") -> QuerySet[Juror]:
    """Give the registers of jurors, narrowed to a name."""
    rows = visible(Juror, actor).select_related("person", "organisation")
    words = " ".join(q.replace("\0", "").split())[:100]
    if words:
        rows = rows.filter(
            Q(person__last_name__icontains=words)
            | Q(person__first_name__icontains=words)
            | Q(authorisation__icontains=words)
        )
    return rows.prefetch_related("titles")


def juror(actor: Actor, juror_id: int) -> Juror:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see them.
    """
    return get_visible(Juror, actor, jurors(actor), pk=juror_id)


def ties(actor: Actor, row: Juror) -> QuerySet[JurorTie]:
    """Give the links that were told of a juror."""
    return visible(JurorTie, actor).filter(juror=row).select_related("person", "told_by")


def seats(actor: Actor) -> QuerySet[JuryMember]:
    """Give the actor's own places in juries, those declined included, the latest first."""
    rows = visible(JuryMember, actor).filter(juror__person=actor.id)
    return rows.select_related(
        "session__organisation", "session__version_of_title__title", "session__certificate"
    ).order_by("-session__starts_at", "-pk")


def own_seat(actor: Actor, row: Session) -> JuryMember | None:
    """Give the actor's place in a jury, if they accepted one."""
    if actor.id is None or not actor.scope.reaches_own("jury.own"):
        return None
    return (
        visible(JuryMember, actor)
        .filter(session=row, juror__person_id=actor.id, answer=Answer.ACCEPTED)
        .select_related("juror__person")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Page:
    """What hangs on a session, as far as the actor sees it."""

    stations: Sequence[Station]
    sittings: Sequence[Sitting]
    jury: Sequence[JuryMember]
    slots: Sequence[Slot]
    incidents: Sequence[Incident]
    minutes: Sequence[Minutes]


def page_of(actor: Actor, row: Session) -> Page:
    """Give what hangs on a session."""

    def of(model: Any, *related: str) -> Any:
        return visible(model, actor).filter(session=row).select_related(*related)

    return Page(
        stations=list(of(Station)),
        sittings=list(of(Sitting, "candidacy__person")),
        jury=list(of(JuryMember, "juror__person")),
        slots=list(
            visible(Slot, actor)
            .filter(sitting__session=row)
            .select_related("station", "sitting__candidacy__person")
        ),
        incidents=list(of(Incident, "sitting__candidacy__person", "told_by")),
        minutes=list(minutes(actor).filter(session=row).order_by("pk")),
    )


def minutes(actor: Actor) -> QuerySet[Minutes]:
    """Give the minutes that the actor sees."""
    rows = visible(Minutes, actor).select_related(
        "sitting__candidacy__person", "session__organisation", "corrects", "corrected_by"
    )
    return rows.annotate(signed=Count("signatures"))


def one_minutes(actor: Actor, minutes_id: int) -> Minutes:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Minutes, actor, minutes(actor), pk=minutes_id)


def signatures(actor: Actor, row: Minutes) -> QuerySet[Signature]:
    """Give the signatures under minutes."""
    return visible(Signature, actor).filter(minutes=row).select_related("member__juror__person")


def appeals(actor: Actor, row: Minutes) -> QuerySet[Appeal]:
    """Give the appeals against minutes."""
    return visible(Appeal, actor).filter(minutes=row)


def day_bounds(slots: Sequence[Slot], row: Session) -> tuple[datetime, datetime]:
    """Give from when to when a timetable is drawn."""
    if not slots:
        return row.starts_at, row.ends_at
    return min(one.starts_at for one in slots), max(one.ends_at for one in slots)
