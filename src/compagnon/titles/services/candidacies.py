"""Candidacies: enrolled, planned, followed, made ready for a session, withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation, Person
from compagnon.titles.models import (
    Absence,
    Candidacy,
    CandidacyState,
    Certificate,
    CertificateKind,
    IdentityDocument,
    Path,
    PeriodKind,
    TitleVersion,
    TrainingPeriod,
)
from compagnon.titles.policies_candidacies import check_manage
from compagnon.titles.processing import kept_until

# What stands where a text was erased (services/keeping.py).
ERASED = "—"
# What a state may become; «decided» comes from a session's minutes alone.
MOVES: Mapping[str, frozenset[str]] = {
    CandidacyState.ENROLLED: frozenset(
        {CandidacyState.TRAINING, CandidacyState.READY, CandidacyState.WITHDRAWN}
    ),
    CandidacyState.TRAINING: frozenset({CandidacyState.READY, CandidacyState.WITHDRAWN}),
    CandidacyState.READY: frozenset({CandidacyState.TRAINING, CandidacyState.WITHDRAWN}),
    # A refusal, or a part of the certificates, is not the end: the candidate may come again.
    CandidacyState.DECIDED: frozenset({CandidacyState.TRAINING, CandidacyState.READY}),
    CandidacyState.WITHDRAWN: frozenset({CandidacyState.ENROLLED}),
}


def lock(*, actor: Actor, candidacy_id: int, expected_version: int | None = None) -> Candidacy:
    """Fetch a candidacy for changing it.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Stale: its version is not ``expected_version``.
    """
    rows = Candidacy.objects.select_for_update(of=("self",)).select_related(
        "version_of_title", "organisation", "person"
    )
    candidacy = get_visible(Candidacy, actor, rows, pk=candidacy_id)
    if expected_version is not None and candidacy.version != expected_version:
        raise Stale(_("This candidacy was changed since you opened it. Look at it again."))
    return candidacy


def managed(*, actor: Actor, candidacy_id: int, expected_version: int | None = None) -> Candidacy:
    """Fetch a candidacy whose file the actor keeps, for changing it.

    Raises:
        NotFound, Stale: see :func:`lock`.
        Refused: the actor does not keep that centre's files.
    """
    candidacy = lock(actor=actor, candidacy_id=candidacy_id, expected_version=expected_version)
    check_manage(actor, candidacy.organisation_id)
    return candidacy


def touch(candidacy: Candidacy, *fields: str) -> None:
    """Save the fields and the next version."""
    candidacy.version += 1
    candidacy.save(update_fields=[*fields, "version"])


def note(
    actor: Actor,
    candidacy: Candidacy,
    verb: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write the journal's entry of a verb on the candidacy."""
    journal.record(actor=actor, verb=verb, subject=candidacy, before=before, after=after)


@service("candidacy.enrol")
def enrol(
    *,
    actor: Actor,
    person: Person,
    centre: Organisation,
    version: TitleVersion,
    path: Path | str,
    starts_on: date,
    ends_on: date | None = None,
    aimed: Sequence[Certificate] = (),
    trainer: Person | None = None,
    plan: str = "",
) -> Candidacy:
    """Enrol a person for a title or some of its certificates.

    Args:
        aimed: the certificates it goes for; empty is every CCP of the version. For a CCS, exactly
            one, of kind CCS.

    Raises:
        Refused: the actor does not keep that centre's files.
        Invalid: the certificates are not of the version or of the path, or the dates do not follow.
        Conflict: the person has an open candidacy for the same version by the same path there.
    """
    check_manage(actor, centre.pk)
    path = Path(path)
    chosen = _aimed(version, path, aimed)
    _check_dates(starts_on, ends_on)
    going = Candidacy.objects.filter(
        person=person, organisation=centre, version_of_title=version, path=path
    ).exclude(state__in=(CandidacyState.DECIDED, CandidacyState.WITHDRAWN))
    if path != Path.CCS and going.exists():
        raise Conflict(_("This person has an open candidacy for this title by this path already."))
    candidacy = Candidacy.objects.create(
        # Its own number follows from its key; until then something nobody else has.
        reference=f"?{uuid.uuid4().hex[:19]}",
        person=person,
        organisation=centre,
        version_of_title=version,
        path=path,
        trainer=trainer,
        starts_on=starts_on,
        ends_on=ends_on,
        plan=plan.strip()[:20_000],
    )
    candidacy.reference = f"C-{candidacy.pk:06d}"
    candidacy.save(update_fields=["reference"])
    candidacy.aimed.set(chosen)
    note(
        actor,
        candidacy,
        "candidacy.enrol",
        after={
            "person_id": person.pk,
            "version_id": version.pk,
            "path": path,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "aimed": [certificate.pk for certificate in chosen],
            "trainer_id": trainer.pk if trainer else None,
        },
    )
    return candidacy


def _aimed(version: TitleVersion, path: Path, aimed: Sequence[Certificate]) -> list[Certificate]:
    if any(certificate.version_id != version.pk for certificate in aimed):
        raise Invalid(
            _("A certificate is not of this version of the title."),
            fields={"aimed": [_("Choose certificates of the title chosen.")]},
        )
    wanted = CertificateKind.CCS if path == Path.CCS else CertificateKind.CCP
    if any(certificate.kind != wanted for certificate in aimed):
        raise Invalid(
            _("By this path one goes for certificates of another kind."),
            fields={"aimed": [_("A CCS has a path of its own; the others lead to CCPs.")]},
        )
    if path == Path.CCS and len(aimed) != 1:
        raise Invalid(_("One candidacy is for one CCS."), fields={"aimed": [_("Choose one CCS.")]})
    if aimed:
        return list(aimed)
    whole = list(version.certificates.filter(kind=CertificateKind.CCP))
    if not whole:
        raise Invalid(
            _("This version of the title has no certificates: import its referential first."),
            fields={"version": [_("It has no certificates yet.")]},
        )
    return whole


def _check_dates(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(
            _("It would end before it starts."), fields={"ends_on": [_("After the start.")]}
        )


@service("candidacy.change")
def change(
    *,
    actor: Actor,
    candidacy_id: int,
    starts_on: date,
    ends_on: date | None,
    trainer: Person | None,
    plan: str,
    expected_version: int | None = None,
) -> Candidacy:
    """Change the dates, the trainer in charge and the plan of an open candidacy.

    Raises:
        NotFound, Refused, Stale: see :func:`managed`.
        Conflict: it is decided or withdrawn.
        Invalid: the dates do not follow.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id, expected_version=expected_version)
    _check_open(candidacy)
    _check_dates(starts_on, ends_on)
    values = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "trainer_id": trainer.pk if trainer else None,
        "plan": plan.strip()[:20_000],
    }
    before, after = journal.changes({name: getattr(candidacy, name) for name in values}, values)
    for name, value in values.items():
        setattr(candidacy, name, value)
    touch(candidacy, "starts_on", "ends_on", "trainer", "plan")
    if "plan" in after:  # what was written stays in its row
        before["plan"], after["plan"] = None, True
    note(actor, candidacy, "candidacy.change", before=before, after=after)
    return candidacy


def _check_open(candidacy: Candidacy) -> None:
    if not candidacy.is_open:
        raise Conflict(
            _("This candidacy is “%(state)s”: reopen it first.")
            % {"state": candidacy.get_state_display()}
        )


@service("candidacy.move")
def move(
    *,
    actor: Actor,
    candidacy_id: int,
    state: CandidacyState | str,
    expected_version: int | None = None,
) -> Candidacy:
    """Start the training, tell the candidacy ready for a session, withdraw it, or take it up again.

    Raises:
        NotFound, Refused, Stale: see :func:`managed`.
        Conflict: it may not become that from where it is; «decided» comes from minutes alone.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id, expected_version=expected_version)
    target = CandidacyState(state)
    if target not in MOVES[candidacy.state]:
        raise Conflict(
            _("A candidacy that is “%(current)s” cannot become “%(target)s”.")
            % {"current": candidacy.get_state_display(), "target": target.label}
        )
    before = candidacy.state
    candidacy.state = target
    if target == CandidacyState.WITHDRAWN:
        end(candidacy, timezone.localdate())
    elif before in (CandidacyState.DECIDED, CandidacyState.WITHDRAWN):
        # Taken up again: its time of keeping begins anew at the next end.
        candidacy.keep_until = None
        candidacy.plan = "" if candidacy.plan == ERASED else candidacy.plan
    touch(candidacy, "state", "keep_until", "plan")
    note(actor, candidacy, "candidacy.move", before={"state": before}, after={"state": target})
    return candidacy


def end(candidacy: Candidacy, day: date) -> None:
    """Say until when the personal data of a candidacy that is over is kept, unless that was said.

    The caller saves ``keep_until``.
    """
    candidacy.keep_until = candidacy.keep_until or kept_until("candidacy", day)


@service("candidacy.check_identity")
def check_identity(
    *,
    actor: Actor,
    candidacy_id: int,
    document: IdentityDocument | str,
    at: datetime | None = None,
) -> Candidacy:
    """Say that the candidate's identity was checked, and on which document; never its number.

    Raises:
        NotFound, Refused: see :func:`managed`.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    candidacy.identity_document = IdentityDocument(document)
    candidacy.identity_checked_at = at or timezone.now()
    candidacy.identity_checked_by_id = actor.id
    touch(candidacy, "identity_document", "identity_checked_at", "identity_checked_by")
    note(actor, candidacy, "candidacy.check_identity", after={"document": document})
    return candidacy


@service("candidacy.plan_period")
def plan_period(
    *,
    actor: Actor,
    candidacy_id: int,
    kind: PeriodKind | str,
    starts_on: date,
    ends_on: date,
    hours: int = 0,
    subject: str = "",
    company: Organisation | None = None,
    tutor: Person | None = None,
) -> TrainingPeriod:
    """Add a stretch to the plan: at the centre, or in a company under a tutor.

    Raises:
        NotFound, Refused: see :func:`managed`.
        Conflict: the candidacy is over.
        Invalid: the dates do not follow, or a period in company names none.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    _check_open(candidacy)
    _check_dates(starts_on, ends_on)
    kind = PeriodKind(kind)
    if kind == PeriodKind.COMPANY and company is None:
        raise Invalid(
            _("A period in company names the company."),
            fields={"company": [_("Choose the company.")]},
        )
    if not 0 <= hours <= 5000:
        raise Invalid(_("Hours are between 0 and 5,000."), fields={"hours": [_("0 to 5,000.")]})
    period = TrainingPeriod.objects.create(
        candidacy=candidacy,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        hours=hours,
        subject=" ".join(subject.split())[:200],
        company=company if kind == PeriodKind.COMPANY else None,
        tutor=tutor if kind == PeriodKind.COMPANY else None,
    )
    touch(candidacy)
    note(
        actor,
        candidacy,
        "candidacy.plan_period",
        after={
            "period_id": period.pk,
            "kind": kind,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "hours": hours,
            "company_id": period.company_id,
            "tutor_id": period.tutor_id,
        },
    )
    return period


@service("candidacy.drop_period")
def drop_period(*, actor: Actor, candidacy_id: int, period_id: int) -> None:
    """Take a stretch off the plan.

    Raises:
        NotFound, Refused: see :func:`managed`; or it has no such period.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    period = candidacy.periods.filter(pk=period_id).first()
    if period is None:
        raise NotFound
    before = {
        "period_id": period.pk,
        "kind": period.kind,
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "tutor_id": period.tutor_id,
    }
    period.delete()
    touch(candidacy)
    note(actor, candidacy, "candidacy.drop_period", before=before)


@service("candidacy.record_absence")
def record_absence(
    *,
    actor: Actor,
    candidacy_id: int,
    starts_at: datetime,
    ends_at: datetime,
    is_justified: bool = False,
) -> Absence:
    """Record time away from training; only whether it is justified, never why.

    Raises:
        NotFound, Refused: see :func:`managed`.
        Invalid: it would end before it starts, or it meets another absence.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    if ends_at <= starts_at:
        raise Invalid(
            _("It would end before it starts."), fields={"ends_at": [_("After the start.")]}
        )
    if candidacy.absences.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise Invalid(
            _("Another absence covers a part of that time."),
            fields={"starts_at": [_("Already absent then.")]},
        )
    absence = Absence.objects.create(
        candidacy=candidacy,
        starts_at=starts_at,
        ends_at=ends_at,
        is_justified=is_justified,
        recorded_by_id=actor.id,
    )
    note(
        actor,
        candidacy,
        "candidacy.record_absence",
        after={
            "absence_id": absence.pk,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "is_justified": is_justified,
        },
    )
    return absence


@service("candidacy.justify_absence")
def justify_absence(
    *, actor: Actor, candidacy_id: int, absence_id: int, is_justified: bool
) -> Absence:
    """Say whether an absence is justified.

    Raises:
        NotFound, Refused: see :func:`managed`; or it has no such absence.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    absence = candidacy.absences.filter(pk=absence_id).first()
    if absence is None:
        raise NotFound
    before = absence.is_justified
    absence.is_justified = is_justified
    absence.save(update_fields=["is_justified"])
    note(
        actor,
        candidacy,
        "candidacy.justify_absence",
        before={"is_justified": before},
        after={"absence_id": absence.pk, "is_justified": is_justified},
    )
    return absence
