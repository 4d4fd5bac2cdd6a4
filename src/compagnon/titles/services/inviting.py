"""Juries: whom to invite, what forbids it, what they answer."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.titles.juries.inviting import Known, obstacles, suggest
from compagnon.titles.models import Answer, Candidacy, Juror, JuryMember, Session, SessionState
from compagnon.titles.services.case_files import ties_of
from compagnon.titles.services.sessions import lock, note, touch

# How long an invitation counts when they are spread over the register.
RECENT = timedelta(days=730)


def known_jurors(session: Session) -> list[Known]:
    """Give the centre's jurors as choosing among them needs."""
    candidacies = list(
        Candidacy.objects.filter(sittings__session=session).prefetch_related("periods")
    )
    first, last = session.starts_at, session.ends_at
    recent: dict[int, int] = defaultdict(int)
    busy: set[int] = set()
    others = JuryMember.objects.filter(session__organisation=session.organisation_id).exclude(
        session=session
    )
    for juror, starts, ends in others.filter(session__ends_at__gte=first - RECENT).values_list(
        "juror_id", "session__starts_at", "session__ends_at"
    ):
        recent[juror] += 1
        if starts <= last and ends >= first:
            busy.add(juror)
    rows = Juror.objects.filter(organisation=session.organisation_id).select_related("person")
    return [
        Known(
            key=row.pk,
            quality=row.quality,
            sex=row.sex,
            titles=frozenset(title.pk for title in row.titles.all()),
            authorised_from=row.authorised_from,
            authorised_to=row.authorised_to,
            is_active=row.is_active,
            ties={
                one.pk: frozenset(ties_of(JuryMember(juror=row, session=session), one))
                for one in candidacies
            },
            invited=recent[row.pk],
            busy=row.pk in busy,
        )
        for row in rows.prefetch_related("titles")
    ]


def suggested(session: Session, size: int) -> list[Juror]:
    """Give whom to invite, in balance, in the order to ask."""
    keys = suggest(
        known_jurors(session),
        size=size,
        title=session.version_of_title.title_id,
        first=session.starts_at.date(),
        last=session.ends_at.date(),
        candidates=list(session.sittings.values_list("candidacy_id", flat=True)),
    )
    found = Juror.objects.select_related("person").in_bulk(keys)
    return [found[key] for key in keys]


@service("session.invite")
def invite(*, actor: Actor, session_id: int, juror_id: int, is_chair: bool = False) -> JuryMember:
    """Invite a juror to a session.

    Raises:
        NotFound, Refused: see :func:`lock`; or the juror is not seen.
        Conflict: the session is over; the juror may not sit in it, for a reason that is told.
    """
    session = lock(actor, session_id)
    if session.state not in (SessionState.PLANNED, SessionState.SUMMONED):
        raise Conflict(_("This session has begun."))
    juror = get_visible(Juror, actor, pk=juror_id, organisation_id=session.organisation_id)
    if session.jury.filter(juror=juror).exists():
        raise Conflict(_("This juror is invited already."))
    known = next(one for one in known_jurors(session) if one.key == juror.pk)
    why = obstacles(
        known,
        title=session.version_of_title.title_id,
        first=session.starts_at.date(),
        last=session.ends_at.date(),
        candidates=list(session.sittings.values_list("candidacy_id", flat=True)),
    )
    if why:
        raise Conflict(
            _("%(name)s cannot sit in this session: %(why)s.")
            % {"name": juror.person, "why": ", ".join(str(OBSTACLES[one]()) for one in why)}
        )
    if is_chair:
        session.jury.filter(is_chair=True).update(is_chair=False)
    member = JuryMember.objects.create(session=session, juror=juror, is_chair=is_chair)
    touch(session)
    note(actor, session, "session.invite", juror_id=juror.pk, is_chair=is_chair)
    return member


# How each obstacle is told, made when it is: in the reader's language.
OBSTACLES = {
    "inactive": lambda: _("no longer invited"),
    "not_authorised": lambda: _("not authorised that day"),
    "authorisation_ends": lambda: _("the authorisation ends before the session"),
    "other_title": lambda: _("authorised for other titles"),
    "tied": lambda: _("a link with a candidate forbids it"),
    "elsewhere": lambda: _("sits in another session that day"),
}


@service("session.answer_invitation")
def answer_invitation(*, actor: Actor, member_id: int, answer: Answer | str) -> JuryMember:
    """Accept or decline an invitation: by the juror, or by the centre for them.

    Raises:
        NotFound: the actor does not see it.
        Refused: it is another juror's.
        Conflict: the session has begun.
    """
    member = get_visible(
        JuryMember, actor, JuryMember.objects.select_related("session", "juror"), pk=member_id
    )
    own = actor.id == member.juror.person_id and actor.scope.reaches_own("jury.own")
    if not own and not actor.scope.allows("session.manage", member.session.organisation_id):
        raise Refused(_("This invitation is another juror's."))
    if member.session.state not in (SessionState.PLANNED, SessionState.SUMMONED):
        raise Conflict(_("This session has begun."))
    member.answer = Answer(answer)
    member.save(update_fields=["answer"])
    note(
        actor, member.session, "session.answer_invitation",
        juror_id=member.juror_id, answer=member.answer,
    )  # fmt: skip
    return member
