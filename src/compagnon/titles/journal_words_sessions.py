"""How the journal tells what happens to evaluations, sessions, jurors and minutes."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.titles.models import Evaluation, Juror, Minutes, Session

journal_words.words(
    {
        "evaluation.plan": (_("planned an evaluation"), "calendar"),
        "evaluation.cancel": (_("cancelled the evaluation"), "ban"),
        "evaluation.mark": (_("marked"), "pencil"),
        "evaluation.sign": (_("signed a grid"), "signature"),
        "evaluation.settle": (_("settled differences"), "scale"),
        "evaluation.agree": (_("agreed to what was settled"), "checks"),
        "session.approve_centre": (_("recorded an approval"), "license"),
        "session.foresee": (_("foresaw a session"), "calendar-event"),
        "session.plan": (_("planned a session"), "calendar-event"),
        "session.add_station": (_("added a station"), "device-desktop"),
        "session.add_candidate": (_("put a candidate on the list"), "user-plus"),
        "session.remove_candidate": (_("took a candidate off the list"), "trash"),
        "session.cancel": (_("cancelled the session"), "ban"),
        "session.invite": (_("invited a juror"), "mail"),
        "session.answer_invitation": (_("answered an invitation"), "mail-opened"),
        "session.set_timetable": (_("made the timetable"), "calendar-time"),
        "session.summon": (_("sent the summons"), "send"),
        "session.open": (_("opened the session"), "player-play"),
        "session.record_attendance": (_("recorded attendance"), "user-check"),
        "session.record_presence": (_("recorded a juror’s presence"), "user-check"),
        "session.report_incident": (_("reported an incident"), "alert-triangle"),
        "session.close": (_("closed the session"), "lock"),
        "session.reopen": (_("opened the deliberation again"), "lock-open"),
        "session.notify_results": (_("notified the results"), "mail-forward"),
        "jury.give_opinion": (_("wrote an opinion"), "pencil"),
        "jury.close_opinions": (_("closed their opinions"), "lock"),
        "jury.deliberate": (_("began the common deliberation"), "users-group"),
        "jury.vote": (_("voted"), "thumb-up"),
        "minutes.write": (_("wrote minutes"), "writing-sign"),
        "minutes.sign": (_("signed minutes"), "signature"),
        "minutes.appeal": (_("received an appeal"), "message"),
        "minutes.answer_appeal": (_("answered an appeal"), "message-2"),
        "juror.register": (_("wrote a juror in the register"), "user-plus"),
        "juror.change": (_("changed a juror"), "pencil"),
        "juror.tell_tie": (_("told a link"), "link"),
        "juror.drop_tie": (_("took a link back"), "link-off"),
        "juror.forget": (_("erased what the register says of a juror"), "eye-off"),
    }
)


@journal_words.subjects(Session)
def sessions(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name sessions by their reference."""
    rows = visible(Session, actor).filter(pk__in=keys)
    return {row.pk: Subject(str(row), reverse("titles:session", args=[row.pk])) for row in rows}


@journal_words.subjects(Minutes)
def minutes(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name minutes by their number."""
    rows = visible(Minutes, actor).filter(pk__in=keys).defer("content")
    return {row.pk: Subject(str(row), reverse("titles:minutes", args=[row.pk])) for row in rows}


@journal_words.subjects(Juror)
def jurors(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name jurors."""
    rows = visible(Juror, actor).filter(pk__in=keys).select_related("person")
    return {row.pk: Subject(str(row), reverse("titles:juror", args=[row.pk])) for row in rows}


@journal_words.subjects(Evaluation)
def evaluations(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name evaluations by what they are, and of whom."""
    rows = visible(Evaluation, actor).filter(pk__in=keys).select_related("candidacy__person")
    return {
        row.pk: Subject(
            f"{row} · {row.candidacy.person}", reverse("titles:evaluation", args=[row.pk])
        )
        for row in rows
    }
