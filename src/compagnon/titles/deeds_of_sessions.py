"""What may be done to a session, its jury, a juror or minutes from their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.titles.deeds import Deed
from compagnon.titles.forms import sessions as forms
from compagnon.titles.juries.timetable import Part
from compagnon.titles.models import Juror, Minutes, Session, SlotKind
from compagnon.titles.queries import sessions as queries
from compagnon.titles.services import (
    deliberating,
    inviting,
    jurors,
    keeping,
    minutes,
    results,
    sessions,
    summoning,
)

Values = Mapping[str, Any]
# Parts that a candidate does on a station; the others are before the jury.
ON_STATION = frozenset({SlotKind.SITUATION})


def _prepares(actor: Actor, row: Any) -> bool:
    return actor.scope.allows("session.manage", row.organisation_id)


def _judges(actor: Actor, row: Session) -> bool:
    return queries.own_seat(actor, row) is not None


def _either(actor: Actor, row: Session) -> bool:
    return _prepares(actor, row) or _judges(actor, row)


def parts_of(values: Values) -> list[Part]:
    """Give the parts of a day from minutes by kind; none where there are no minutes."""
    return [
        Part(kind.value, values[kind.value], before_jury=kind not in ON_STATION)
        for kind in SlotKind
        if values.get(kind.value)
    ]


def _timetable(actor: Actor, row: Session, values: Values) -> object:
    return summoning.set_timetable(
        actor=actor,
        session_id=row.pk,
        parts=parts_of(values),
        pause_minutes=values["pause"] or 0,
    )


def _incident(actor: Actor, row: Session, values: Values) -> object:
    sitting = values["sitting"]
    return deliberating.report_incident(
        actor=actor,
        session_id=row.pk,
        text=values["text"],
        is_fraud=values["is_fraud"],
        sitting_id=sitting.pk if sitting else None,
    )


def _vote(actor: Actor, row: Session, values: Values) -> object:
    return deliberating.vote(
        actor=actor,
        session_id=row.pk,
        sitting_id=values["key"],
        certificate_id=values["certificate"],
        is_for=values["is_for"],
    )


def _write(actor: Actor, row: Session, values: Values) -> object:
    return minutes.write_minutes(
        actor=actor,
        session_id=row.pk,
        sitting_id=values["key"],
        answers=values["answers"],
        reason=values["reason"],
    )


SESSION: Mapping[str, Deed] = {
    "station": Deed(
        title=_("Add a station"), icon="device-desktop", form=forms.StationForm, may=_prepares,
        done=_("The station is added."),
        run=lambda actor, row, values: sessions.add_station(
            actor=actor, session_id=row.pk, **values
        ),
    ),
    "candidate": Deed(
        title=_("Add a candidate"), icon="user-plus", form=forms.CandidateForm, may=_prepares,
        done=_("The candidate is on the list."),
        help=_("Those whose candidacy is ready."),
        run=lambda actor, row, values: sessions.add_candidate(
            actor=actor, session_id=row.pk, candidacy_id=values["candidacy"].pk
        ),
    ),
    "remove-candidate": Deed(
        title=_("Take a candidate off the list"), icon="trash", kind="danger",
        form=forms.KeyForm, may=_prepares, done=_("The candidate is off the list."),
        run=lambda actor, row, values: sessions.remove_candidate(
            actor=actor, session_id=row.pk, sitting_id=values["key"]
        ),
    ),
    "invite": Deed(
        title=_("Invite a juror"), icon="mail", form=forms.InviteForm, may=_prepares,
        done=_("The juror is invited."),
        run=lambda actor, row, values: inviting.invite(
            actor=actor, session_id=row.pk, juror_id=values["juror"].pk,
            is_chair=values["is_chair"],
        ),
    ),
    "answer": Deed(
        title=_("Record a juror’s answer"), icon="mail-opened", form=forms.AnswerForm,
        may=_prepares, done=_("The answer is recorded."),
        run=lambda actor, row, values: inviting.answer_invitation(
            actor=actor, member_id=values["key"], answer=values["answer"]
        ),
    ),
    "timetable": Deed(
        title=_("Make the timetable"), icon="calendar-time", form=forms.TimetableForm,
        may=_prepares, done=_("The timetable is made."),
        help=_("Every candidate goes through every part; extra time is counted."),
        run=_timetable,
    ),
    "summon": Deed(
        title=_("Send the summons"), icon="send", form=forms.SummonForm, may=_prepares,
        done=_("Candidates and jurors are summoned."),
        run=lambda actor, row, values: summoning.summon(
            actor=actor, session_id=row.pk, **values
        ),
    ),
    "open": Deed(
        title=_("Open the session"), icon="player-play", may=_prepares,
        done=_("The session is open."),
        run=lambda actor, row, _values: deliberating.open_session(
            actor=actor, session_id=row.pk
        ),
    ),
    "attendance": Deed(
        title=_("Record attendance"), icon="user-check", form=forms.AttendanceForm,
        may=_prepares, done=_("Attendance is recorded."),
        run=lambda actor, row, values: deliberating.record_attendance(
            actor=actor, session_id=row.pk, sitting_id=values["key"],
            attendance=values["attendance"], identity_checked=values["identity_checked"],
        ),
    ),
    "presence": Deed(
        title=_("Record a juror’s presence"), icon="user-check", form=forms.PresenceForm,
        may=_prepares, done=_("Presence is recorded."),
        run=lambda actor, row, values: deliberating.record_presence(
            actor=actor, session_id=row.pk, member_id=values["key"],
            is_present=values["is_present"],
        ),
    ),
    "incident": Deed(
        title=_("Report an incident"), icon="alert-triangle", form=forms.IncidentForm,
        may=_either, done=_("The incident is reported: it will stand in the minutes."),
        run=_incident,
    ),
    "close": Deed(
        title=_("Close the session"), icon="lock", may=_prepares,
        done=_("The session is closed: what the minutes grant is in the booklets."),
        run=lambda actor, row, _values: results.close_session(actor=actor, session_id=row.pk),
    ),
    "reopen": Deed(
        title=_("Open the deliberation again"), icon="lock-open", form=forms.ReasonForm,
        may=_prepares, done=_("The jury deliberates again."),
        help=_("To correct minutes by new ones: what is written stays."),
        run=lambda actor, row, values: results.reopen_deliberation(
            actor=actor, session_id=row.pk, reason=values["reason"]
        ),
    ),
    "notify": Deed(
        title=_("Notify the results"), icon="mail-forward", may=_prepares,
        done=_("The results are noted as notified."),
        run=lambda actor, row, _values: results.notify_results(actor=actor, session_id=row.pk),
    ),
    "cancel": Deed(
        title=_("Cancel the session"), icon="ban", kind="danger", may=_prepares,
        done=_("The session is cancelled."),
        run=lambda actor, row, _values: sessions.cancel_session(
            actor=actor, session_id=row.pk
        ),
    ),
    "close-opinions": Deed(
        title=_("Close my opinions"), icon="lock", may=_judges,
        done=_("Your opinions are closed."),
        help=_("They change no more, and you may then read those that others closed."),
        run=lambda actor, row, _values: deliberating.close_opinions(
            actor=actor, session_id=row.pk
        ),
    ),
    "vote": Deed(
        title=_("Vote"), icon="thumb-up", form=forms.VoteForm, may=_judges,
        done=_("Your vote is counted."), run=_vote,
    ),
    "write": Deed(
        title=_("Write the minutes"), icon="writing-sign", form=forms.WriteForm, may=_judges,
        done=_("The minutes are written: every juror signs them."), run=_write,
    ),
}  # fmt: skip


def _own_or_prepares(actor: Actor, row: Juror) -> bool:
    return _prepares(actor, row) or (
        actor.id == row.person_id and actor.scope.reaches_own("jury.own")
    )


JUROR: Mapping[str, Deed] = {
    "change": Deed(
        title=_("Change this juror"), icon="pencil", form=forms.JurorForm, may=_prepares,
        done=_("The register is changed."),
        run=lambda actor, row, values: jurors.change_juror(
            actor=actor, juror_id=row.pk, **values
        ),
    ),
    "tie": Deed(
        title=_("Tell a link"), icon="link", form=forms.TieForm, may=_own_or_prepares,
        done=_("The link is noted: it forbids to judge this person."),
        run=lambda actor, row, values: jurors.tell_tie(
            actor=actor, juror_id=row.pk, candidate=values["candidate"], kind=values["kind"]
        ),
    ),
    "forget": Deed(
        title=_("Erase what is kept of this juror"), icon="eye-off", kind="danger",
        may=_prepares, done=_("What was kept of this juror is erased."),
        help=_("Trade, employer, sex and links go; the name and the minutes signed stay."),
        run=lambda actor, row, _values: keeping.forget_juror(actor=actor, juror_id=row.pk),
    ),
    "drop-tie": Deed(
        title=_("Take a link back"), icon="link-off", kind="danger", form=forms.KeyForm,
        may=_prepares, done=_("The link is taken back."),
        run=lambda actor, row, values: jurors.drop_tie(
            actor=actor, juror_id=row.pk, tie_id=values["key"]
        ),
    ),
}  # fmt: skip


def _signs(actor: Actor, row: Minutes) -> bool:
    return _judges(actor, row.session)


def _appeals(actor: Actor, row: Minutes) -> bool:
    return _prepares(actor, row) or (
        actor.id is not None and actor.id == row.sitting.candidacy.person_id
    )


MINUTES: Mapping[str, Deed] = {
    "sign": Deed(
        title=_("Sign the minutes"), icon="signature", form=forms.DigestForm, may=_signs,
        done=_("You have signed."),
        run=lambda actor, row, values: minutes.sign_minutes(
            actor=actor, minutes_id=row.pk, digest=values["digest"]
        ),
    ),
    "appeal": Deed(
        title=_("Appeal"), icon="message", form=forms.AppealForm, may=_appeals,
        done=_("The appeal is received."),
        run=lambda actor, row, values: results.receive_appeal(
            actor=actor, minutes_id=row.pk, **values
        ),
    ),
    "answer-appeal": Deed(
        title=_("Answer the appeal"), icon="message-2", form=forms.AnswerAppealForm,
        may=_prepares, done=_("The appeal is answered."),
        run=lambda actor, row, values: results.answer_appeal(
            actor=actor, appeal_id=values["key"], state=values["state"],
            answer=values["answer"], answered_on=values["answered_on"],
        ),
    ),
}  # fmt: skip
