"""Time spent on a ticket: noted, counted by a timer, corrected within the delay."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.errors import IllegalMove, TooLate
from compagnon.desk.models import ActivityType, Ticket, TimeEntry, Timer
from compagnon.desk.policies import check, is_support

DAY = 86_400
MINUTE = 60
NOTE_MAX = 200


@service("time.note")
def note_time(
    *,
    actor: Actor,
    ticket_id: int,
    seconds: int,
    activity: ActivityType | None = None,
    day: date | None = None,
    note: str = "",
) -> TimeEntry:
    """Note time that the actor spent on a ticket, outside of a planned task.

    Raises:
        NotFound: no such ticket, or not visible.
        Refused: the actor does not work on it, or is no person.
        Invalid: nothing, more than a day, or a day to come or too long ago.
    """
    return _note(
        actor=actor,
        ticket=_ticket(actor, ticket_id),
        seconds=seconds,
        activity=activity,
        day=day or timezone.localdate(),
        note=note,
    )


def _note(
    *,
    actor: Actor,
    ticket: Ticket,
    seconds: int,
    activity: ActivityType | None,
    day: date,
    note: str,
) -> TimeEntry:
    entry = TimeEntry.objects.create(
        ticket=ticket,
        person_id=_who(actor),
        activity=activity,
        day=_checked_day(actor, ticket, day),
        seconds=_checked_seconds(seconds),
        note=" ".join(note.replace("\x00", "").split())[:NOTE_MAX],
        created_at=timezone.now(),
    )
    _record(actor, "time.note", entry, after={"seconds": entry.seconds, "day": day.isoformat()})
    return entry


@service("time.correct")
def correct_time(
    *,
    actor: Actor,
    entry_id: int,
    seconds: int,
    activity: ActivityType | None = None,
    day: date | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> TimeEntry:
    """Correct time that was noted; one's own within the delay, anybody's by who sets the desk.

    Raises:
        NotFound: no such entry, or not visible.
        Refused: it is somebody else's.
        TooLate: the delay is over.
        Stale: it was changed meanwhile.
        Invalid: see :func:`note_time`.
    """
    entry = _entry(actor, entry_id, expected_version)
    before = {"seconds": entry.seconds, "day": entry.day.isoformat()}
    entry.seconds = _checked_seconds(seconds)
    entry.day = _checked_day(actor, entry.ticket, day or entry.day)
    entry.activity = activity
    entry.note = " ".join(note.replace("\x00", "").split())[:NOTE_MAX]
    entry.version += 1
    entry.save()
    after = {"seconds": entry.seconds, "day": entry.day.isoformat()}
    _record(actor, "time.correct", entry, before=before, after=after)
    return entry


@service("time.remove")
def remove_time(*, actor: Actor, entry_id: int, expected_version: int | None = None) -> None:
    """Take away time noted by mistake.

    Raises:
        NotFound, Refused, TooLate, Stale: see :func:`correct_time`.
    """
    entry = _entry(actor, entry_id, expected_version)
    before = {"seconds": entry.seconds, "day": entry.day.isoformat()}
    _record(actor, "time.remove", entry, before=before)
    entry.delete()


@service("time.start")
def start_timer(
    *, actor: Actor, ticket_id: int, activity: ActivityType | None = None,
    at: datetime | None = None,
) -> Timer:  # fmt: skip
    """Begin to count the actor's time on a ticket; what was counted elsewhere is noted there.

    Raises:
        NotFound, Refused: see :func:`note_time`.
    """
    ticket = _ticket(actor, ticket_id)
    at = at or timezone.now()
    running = Timer.objects.select_for_update(of=("self",)).filter(person_id=_who(actor)).first()
    if running is not None:
        if running.ticket_id == ticket.pk:
            raise IllegalMove(_("Your time on this ticket is counted already."))
        stop_timer(actor=actor, at=at)
    timer = Timer.objects.create(
        person_id=_who(actor), ticket=ticket, activity=activity, started_at=at
    )
    journal.record(
        actor=actor,
        verb="time.start",
        subject=timer,
        organisation_id=ticket.organisation_id,
        after={"ticket_id": ticket.pk},
        occurred_at=at,
    )
    return timer


@service("time.stop")
def stop_timer(
    *, actor: Actor, note: str = "", discard: bool = False, at: datetime | None = None
) -> TimeEntry | None:
    """Stop counting and note the time, rounded up to a minute; at most a day of it.

    The right to note it is that of when it began: a ticket that went to where the actor sees it no
    more keeps neither the time nor the timer.

    Args:
        discard: note nothing.

    Raises:
        IllegalMove: nothing is counted.
    """
    timer = (
        Timer.objects.select_for_update(of=("self",))
        .select_related("ticket", "activity")
        .filter(person_id=actor.id or 0)
        .first()
    )
    if timer is None:
        raise IllegalMove(_("No time is being counted."))
    at = at or timezone.now()
    seconds = max(MINUTE, -(-int((at - timer.started_at).total_seconds()) // MINUTE) * MINUTE)
    journal.record(
        actor=actor,
        verb="time.stop",
        subject=timer,
        organisation_id=timer.ticket.organisation_id,
        after={"ticket_id": timer.ticket_id, "seconds": seconds, "discarded": discard},
        occurred_at=at,
    )
    ticket, activity, day = timer.ticket, timer.activity, timezone.localdate(timer.started_at)
    timer.delete()
    if discard:
        return None
    oldest = timezone.localdate(at) - timedelta(days=settings.TIME_CORRECTION_DAYS)
    return _note(
        actor=actor,
        ticket=ticket,
        seconds=min(seconds, DAY),
        activity=activity,
        day=max(day, oldest),
        note=note,
    )


def may_correct(actor: Actor, entry: TimeEntry) -> bool:
    """Tell whether the actor may correct that time now."""
    if actor.is_system or actor.scope.allows("desk.configure", entry.ticket.organisation_id):
        return True
    return entry.person_id == actor.id and entry.day >= _oldest()


def _who(actor: Actor) -> int:
    if actor.id is None:
        raise Refused(_("Only who works on a ticket notes time on it."))
    return actor.id


def _oldest() -> date:
    return timezone.localdate() - timedelta(days=settings.TIME_CORRECTION_DAYS)


def _ticket(actor: Actor, ticket_id: int) -> Ticket:
    ticket = get_visible(Ticket, actor, pk=ticket_id)
    if actor.id is None or not is_support(actor, ticket):
        raise Refused(_("Only who works on a ticket notes time on it."))
    check(actor, "ticket.work", ticket)
    return ticket


def _entry(actor: Actor, entry_id: int, expected_version: int | None) -> TimeEntry:
    rows = TimeEntry.objects.select_for_update(of=("self",)).select_related("ticket")
    entry = get_visible(TimeEntry, actor, rows, pk=entry_id)
    configures = actor.scope.allows("desk.configure", entry.ticket.organisation_id)
    if entry.person_id != actor.id and not (actor.is_system or configures):
        raise Refused(_("It is somebody else’s time."))
    if not may_correct(actor, entry):
        raise TooLate(
            _("Time is corrected within %(days)d days; ask who sets the desk.")
            % {"days": settings.TIME_CORRECTION_DAYS}
        )
    if expected_version is not None and entry.version != expected_version:
        raise Stale(_("This time was changed since you opened it. Look at it again."))
    return entry


def _checked_seconds(seconds: int) -> int:
    if not 1 <= seconds <= DAY:
        raise Invalid(fields={"minutes": [_("Give between a minute and a day.")]})
    return seconds


def _checked_day(actor: Actor, ticket: Ticket, day: date) -> date:
    if day > timezone.localdate() + timedelta(days=1):
        raise Invalid(fields={"day": [_("This day is still to come.")]})
    configures = actor.is_system or actor.scope.allows("desk.configure", ticket.organisation_id)
    if day < _oldest() and not configures:
        raise Invalid(
            fields={
                "day": [
                    _("Time is noted within %(days)d days.")
                    % {"days": settings.TIME_CORRECTION_DAYS}
                ]
            }
        )
    return day


def _record(
    actor: Actor,
    verb: str,
    entry: TimeEntry,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    if entry.pk is None:
        raise NotFound
    journal.record(
        actor=actor,
        verb=verb,
        subject=entry,
        organisation_id=entry.ticket.organisation_id,
        before=before,
        after=(after or {}) | {"ticket_id": entry.ticket_id, "person_id": entry.person_id},
    )
