"""The day's timetable, and the summons: on time, and never against a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.titles import ruling
from compagnon.titles.juries.timetable import DoesNotFit, Part, timetable
from compagnon.titles.models import (
    AccommodationKind,
    Answer,
    Candidacy,
    Session,
    SessionState,
    Slot,
    SlotKind,
)
from compagnon.titles.services import session_mail
from compagnon.titles.services.case_files import document_of
from compagnon.titles.services.sessions import check_planned, lock, note, touch

# Rules that must be met before anybody is summoned; the others are about the day itself.
BEFORE_SUMMONS = frozenset(
    {
        "composition", "quorum", "ties", "authorised", "trade_experience", "approved_centre",
        "remote", "admissibility", "experience", "silence", "prior_title", "training_or_experience",
        "ccp_held_already", "attempts", "notice", "forecast", "balanced", "qualified",
        "years_from_first", "title_validity", "all_ccps_held",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Obstruction:
    """Why summons cannot go out, or should not: the candidate, the rule, what it found."""

    candidacy: Candidacy
    rule_id: str
    citation: str
    says: str
    found: str
    blocks: bool
    is_late: bool = False


@service("session.set_timetable")
def set_timetable(
    *, actor: Actor, session_id: int, parts: Sequence[Part], pause_minutes: int = 5
) -> list[Slot]:
    """Make the day's timetable: every candidate through every part, extra time counted.

    Raises:
        NotFound, Refused: see :func:`lock`.
        Conflict: the session has begun; nobody is on the list; it does not fit, until when it
            would last is told; a part needs a station and there is none.
        Invalid: no part, or one that lasts nothing.
    """
    session = lock(actor, session_id)
    if session.state not in (SessionState.PLANNED, SessionState.SUMMONED):
        raise Conflict(_("This session has begun."))
    if not parts or any(
        not 1 <= part.minutes <= 2_880 or part.kind not in SlotKind.values for part in parts
    ):
        raise Invalid(_("Say the parts of the day and how long each lasts."))
    sittings = list(session.sittings.select_related("candidacy"))
    if not sittings:
        raise Conflict(_("Nobody is on the list yet."))
    stations = list(session.stations.all())
    extra = {
        row.pk: max(
            (
                one.extra_percent
                for one in row.candidacy.accommodations.filter(kind=AccommodationKind.EXTRA_TIME)
                if one.valid_to is None or one.valid_to >= session.starts_at.date()
            ),
            default=0,
        )
        for row in sittings
    }
    try:
        placed = timetable(
            candidates=[(row.pk, extra[row.pk]) for row in sittings],
            parts=parts,
            stations=len(stations),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            pause=timedelta(minutes=max(0, min(pause_minutes, 120))),
        )
    except DoesNotFit as error:
        raise Conflict(
            _("The day is too short: with these parts it would last until %(end)s.")
            % {"end": timezone.localtime(error.needed).strftime("%d/%m/%Y %H:%M")}
        ) from None
    except ValueError:
        raise Conflict(_("A part is done on a station: add one first.")) from None
    Slot.objects.filter(sitting__session=session).delete()
    slots = Slot.objects.bulk_create(
        Slot(
            sitting_id=one.candidate,
            station=None if one.station is None else stations[one.station],
            kind=one.kind,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in placed
    )
    touch(session)
    note(actor, session, "session.set_timetable", slots=len(slots))
    if session.state == SessionState.SUMMONED:
        session_mail.queue_summons(session)
    return slots


def obstructions(session: Session, *, on: date | None = None) -> list[Obstruction]:
    """Give what stands against summoning this session's candidates, by the rules in force then.

    Args:
        on: the day the summons would go out; today unless given.
    """
    on = on or timezone.localdate()
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    found = []
    for sitting in session.sittings.select_related("candidacy__person", "session"):
        document = document_of(sitting)
        document["session"]["summoned_on"] = on.isoformat()
        try:
            decision = ruling.decide(ruling.read_candidacy(document))
        except ruling.Unreadable as error:
            found.append(
                Obstruction(
                    sitting.candidacy, "", "", _("The case cannot be read"), str(error), True
                )
            )
            continue
        found += [
            Obstruction(
                candidacy=sitting.candidacy,
                rule_id=one.rule.id,
                citation=one.rule.citation.line(),
                says=getattr(one.rule.says, language),
                found=getattr(one.words, language),
                blocks=one.rule.effect == "block" or one.rule.kind == "notice",
                is_late=one.rule.kind == "notice",
            )
            for one in decision.applied
            if one.rule.kind in BEFORE_SUMMONS and one.verdict == "not_met"
        ]
    return found


@service("session.summon")
def summon(
    *, actor: Actor, session_id: int, late_because: str = "", at: datetime | None = None
) -> Session:
    """Summon candidates and jurors; nothing goes out while a rule stands against it.

    Args:
        late_because: why candidates are told later than the texts want, where they agreed to it.

    Raises:
        NotFound, Refused: see :func:`lock`.
        Conflict: nobody is on the list, no timetable, too few jurors come, or a rule that must be
            met is not: the first is told, :func:`obstructions` gives all.
    """
    session = lock(actor, session_id)
    check_planned(session)
    at = at or timezone.now()
    if not session.sittings.exists():
        raise Conflict(_("Nobody is on the list yet."))
    if session.sittings.filter(slots__isnull=True).exists():
        raise Conflict(_("Make the timetable first: a summons says when to come."))
    if session.jury.filter(answer=Answer.WAITING).exists():
        raise Conflict(_("A juror has not answered yet."))
    against = [
        one
        for one in obstructions(session, on=timezone.localdate(at))
        if one.blocks and not (one.is_late and late_because.strip())
    ]
    if against:
        raise Conflict(
            _("%(count)d rules stand against it. The first, for %(who)s: %(says)s (%(found)s)")
            % {
                "count": len(against),
                "who": against[0].candidacy.person,
                "says": against[0].says,
                "found": against[0].found,
            }
        )
    session.state, session.summoned_at = SessionState.SUMMONED, at
    touch(session, "state", "summoned_at")
    session.sittings.update(summoned_at=at)
    session.jury.filter(answer=Answer.ACCEPTED).update(summoned_at=at)
    note(
        actor, session, "session.summon",
        candidates=session.sittings.count(), jurors=session.jury.count(),
    )  # fmt: skip
    session_mail.queue_summons(session, at=at)
    return session
