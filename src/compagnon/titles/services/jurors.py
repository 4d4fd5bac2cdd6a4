"""The register of jurors, and what forbids them to judge somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation, Person
from compagnon.titles.models import Juror, JurorTie, Quality, Sex, TieKind, Title
from compagnon.titles.policies_sessions import check_manage_sessions

TEXTS = {"occupation": 120, "employer": 120, "authorisation": 60}


def _values(
    *,
    quality: Quality | str,
    occupation: str,
    employer: str,
    sex: Sex | str,
    experience_months: int,
    left_trade_on: date | None,
    authorisation: str,
    authorised_from: date | None,
    authorised_to: date | None,
    is_active: bool,
) -> dict[str, Any]:
    if authorised_from and authorised_to and authorised_to < authorised_from:
        raise Invalid(
            _("It would end before it starts."), fields={"authorised_to": [_("After the start.")]}
        )
    if not 0 <= experience_months <= 12 * 70:
        raise Invalid(
            _("Months in the trade are between 0 and 840."),
            fields={"experience_months": [_("At most 840.")]},
        )
    return {
        "quality": Quality(quality),
        "occupation": " ".join(occupation.split())[:120],
        "employer": " ".join(employer.split())[:120],
        "sex": Sex(sex),
        "experience_months": experience_months,
        "left_trade_on": left_trade_on,
        "authorisation": " ".join(authorisation.split())[:60],
        "authorised_from": authorised_from,
        "authorised_to": authorised_to,
        "is_active": is_active,
    }


@service("juror.register")
def register_juror(
    *,
    actor: Actor,
    centre: Organisation,
    person: Person,
    titles: Sequence[Title],
    quality: Quality | str = Quality.PROFESSIONAL,
    occupation: str = "",
    employer: str = "",
    sex: Sex | str = Sex.UNTOLD,
    experience_months: int = 0,
    left_trade_on: date | None = None,
    authorisation: str = "",
    authorised_from: date | None = None,
    authorised_to: date | None = None,
    is_active: bool = True,
) -> Juror:
    """Write somebody in a centre's register of jurors.

    Raises:
        Refused: the actor does not prepare that centre's sessions.
        Conflict: the person is in the register.
        Invalid: no title, or dates that do not follow.
    """
    check_manage_sessions(actor, centre.pk)
    if not titles:
        raise Invalid(_("Say for which titles."), fields={"titles": [_("At least one.")]})
    if Juror.objects.filter(organisation=centre, person=person).exists():
        raise Conflict(_("This person is in the register already."))
    values = _values(
        quality=quality, occupation=occupation, employer=employer, sex=sex,
        experience_months=experience_months, left_trade_on=left_trade_on,
        authorisation=authorisation, authorised_from=authorised_from,
        authorised_to=authorised_to, is_active=is_active,
    )  # fmt: skip
    juror = Juror.objects.create(organisation=centre, person=person, **values)
    juror.titles.set(titles)
    journal.record(
        actor=actor,
        verb="juror.register",
        subject=juror,
        after={
            "person_id": person.pk,
            "titles": [title.pk for title in titles],
            "authorised_from": authorised_from,
            "authorised_to": authorised_to,
        },
    )
    return juror


@service("juror.change")
def change_juror(
    *,
    actor: Actor,
    juror_id: int,
    titles: Sequence[Title],
    quality: Quality | str,
    occupation: str,
    employer: str,
    sex: Sex | str,
    experience_months: int,
    left_trade_on: date | None,
    authorisation: str,
    authorised_from: date | None,
    authorised_to: date | None,
    is_active: bool,
    expected_version: int | None = None,
) -> Juror:
    """Change what the register says of a juror.

    Raises:
        NotFound: the actor does not see them.
        Refused, Invalid: see :func:`register_juror`.
        Stale: changed since it was read.
    """
    rows = Juror.objects.select_for_update(of=("self",))
    juror = get_visible(Juror, actor, rows, pk=juror_id)
    check_manage_sessions(actor, juror.organisation_id)
    if expected_version is not None and juror.version != expected_version:
        raise Stale(_("This juror was changed since you opened it. Look at it again."))
    if not titles:
        raise Invalid(_("Say for which titles."), fields={"titles": [_("At least one.")]})
    values = _values(
        quality=quality, occupation=occupation, employer=employer, sex=sex,
        experience_months=experience_months, left_trade_on=left_trade_on,
        authorisation=authorisation, authorised_from=authorised_from,
        authorised_to=authorised_to, is_active=is_active,
    )  # fmt: skip
    before, after = journal.changes({name: getattr(juror, name) for name in values}, values)
    for name, value in values.items():
        setattr(juror, name, value)
    juror.version += 1
    juror.save()
    juror.titles.set(titles)
    for personal in (*TEXTS, "sex"):
        if personal in after:
            before[personal], after[personal] = None, True
    journal.record(actor=actor, verb="juror.change", subject=juror, before=before, after=after)
    return juror


@service("juror.tell_tie")
def tell_tie(*, actor: Actor, juror_id: int, candidate: Person, kind: TieKind | str) -> JurorTie:
    """Tell a link between a juror and a candidate: by the centre, or by the juror.

    Raises:
        NotFound: the actor does not see the juror.
        Refused: the actor is neither.
        Invalid: a juror is not their own candidate.
    """
    juror = get_visible(Juror, actor, pk=juror_id)
    _check_tie(actor, juror)
    if candidate.pk == juror.person_id:
        raise Invalid(_("Nobody judges themselves."), fields={"candidate": [_("Another.")]})
    tie, made = JurorTie.objects.get_or_create(
        juror=juror, person=candidate, kind=TieKind(kind), defaults={"told_by_id": actor.id}
    )
    if made:
        journal.record(
            actor=actor,
            verb="juror.tell_tie",
            subject=juror,
            # Which link it is tells of both persons: the row says it, and can be erased.
            after={"tie_id": tie.pk, "person_id": candidate.pk},
        )
    return tie


def _check_tie(actor: Actor, juror: Juror) -> None:
    own = actor.id == juror.person_id and actor.scope.reaches_own("jury.own")
    if not own:
        check_manage_sessions(actor, juror.organisation_id)


@service("juror.drop_tie")
def drop_tie(*, actor: Actor, juror_id: int, tie_id: int) -> None:
    """Take back a link that was told in error.

    Raises:
        NotFound: the actor does not see the juror, or there is no such link.
        Refused: the actor does not prepare that centre's sessions: a juror cannot untell it.
    """
    juror = get_visible(Juror, actor, pk=juror_id)
    check_manage_sessions(actor, juror.organisation_id)
    tie = JurorTie.objects.filter(juror=juror, pk=tie_id).first()
    if tie is None:
        raise Refused(_("There is no such link."))
    journal.record(
        actor=actor, verb="juror.drop_tie", subject=juror, before={"person_id": tie.person_id}
    )
    tie.delete()
