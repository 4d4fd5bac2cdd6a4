"""What a candidate comes with: accommodations, the notice of VAE, experience, certificates held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.models import StoredFile
from compagnon.core.services import service
from compagnon.people.models import Organisation, Person
from compagnon.titles.models import (
    Accommodation,
    AccommodationKind,
    AdmissibilityNotice,
    Candidacy,
    Certificate,
    ExperienceProof,
    HeldCertificate,
    HeldKind,
    NoticeState,
    Path,
    TitleVersion,
)
from compagnon.titles.policies_candidacies import check_manage
from compagnon.titles.services.candidacies import managed, note


@service("candidacy.grant_accommodation")
def grant_accommodation(
    *,
    actor: Actor,
    candidacy_id: int,
    kind: AccommodationKind | str,
    granted_on: date,
    valid_to: date | None = None,
    extra_percent: int = 0,
    details: str = "",
) -> Accommodation:
    """Grant an adjustment of sessions; it says what is done, never for which handicap.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
        Invalid: extra time without a share of time, or one over 200 %.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    kind = AccommodationKind(kind)
    if not 0 <= extra_percent <= 200 or (
        kind == AccommodationKind.EXTRA_TIME and not extra_percent
    ):
        raise Invalid(
            _("Extra time is a share of the time, from 1 to 200."),
            fields={"extra_percent": [_("Between 1 and 200.")]},
        )
    accommodation = Accommodation.objects.create(
        candidacy=candidacy,
        kind=kind,
        extra_percent=extra_percent if kind == AccommodationKind.EXTRA_TIME else 0,
        details=" ".join(details.split())[:300],
        granted_on=granted_on,
        valid_to=valid_to,
    )
    # Its kind tells of a person's health: the row holds it, the journal only that it is.
    note(
        actor,
        candidacy,
        "candidacy.grant_accommodation",
        after={"accommodation_id": accommodation.pk},
    )
    return accommodation


@service("candidacy.ask_notice")
def ask_notice(*, actor: Actor, candidacy_id: int, asked_on: date) -> AdmissibilityNotice:
    """Record that the candidate applied for VAE.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
        Conflict: the path is not VAE, or the application is recorded already.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    if candidacy.path != Path.VAE:
        raise Conflict(_("Only the path of VAE begins with an application."))
    if AdmissibilityNotice.objects.filter(candidacy=candidacy).exists():
        raise Conflict(_("The application is recorded already."))
    notice = AdmissibilityNotice.objects.create(candidacy=candidacy, asked_on=asked_on)
    note(actor, candidacy, "candidacy.ask_notice", after={"asked_on": asked_on})
    return notice


@service("candidacy.answer_notice")
def answer_notice(
    *,
    actor: Actor,
    candidacy_id: int,
    state: NoticeState | str,
    notified_on: date,
    valid_to: date | None = None,
    file: StoredFile | None = None,
) -> AdmissibilityNotice:
    """Record the authority's answer to an application for VAE.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
        Conflict: no application is recorded.
        Invalid: the answer is dated before the application.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    notice = AdmissibilityNotice.objects.filter(candidacy=candidacy).first()
    if notice is None:
        raise Conflict(_("Record the application first."))
    if notified_on < notice.asked_on:
        raise Invalid(
            _("The answer would come before the application."),
            fields={"notified_on": [_("After the application.")]},
        )
    before = notice.state
    notice.state = NoticeState(state)
    notice.notified_on, notice.valid_to = notified_on, valid_to
    notice.file = file or notice.file
    notice.save()
    note(
        actor,
        candidacy,
        "candidacy.answer_notice",
        before={"state": before},
        after={"state": notice.state, "notified_on": notified_on, "valid_to": valid_to},
    )
    return notice


@service("candidacy.add_experience")
def add_experience(
    *,
    actor: Actor,
    candidacy_id: int,
    employer: str,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    weekly_hours: Decimal = Decimal(35),
    is_volunteer: bool = False,
    file: StoredFile | None = None,
) -> ExperienceProof:
    """Add a stretch of work that an application for VAE rests on.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
        Invalid: no employer or job, or it would end before it starts.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    employer, role = " ".join(employer.split())[:200], " ".join(role.split())[:200]
    if not employer or not role:
        raise Invalid(_("Say for whom, and as what."), fields={"role": [_("Say as what.")]})
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(
            _("It would end before it starts."), fields={"ends_on": [_("After the start.")]}
        )
    if not 0 < weekly_hours <= 60:
        raise Invalid(
            _("Hours a week are between 0 and 60."), fields={"weekly_hours": [_("At most 60.")]}
        )
    proof = ExperienceProof.objects.create(
        candidacy=candidacy,
        employer=employer,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_hours=weekly_hours,
        is_volunteer=is_volunteer,
        file=file,
    )
    note(actor, candidacy, "candidacy.add_experience", after={"experience_id": proof.pk})
    return proof


@service("candidacy.record_held")
def record_held(
    *,
    actor: Actor,
    person: Person,
    centre: Organisation,
    version: TitleVersion,
    certificate: Certificate | None,
    gained_on: date,
    decision_reference: str = "",
    file: StoredFile | None = None,
) -> HeldCertificate:
    """Record that a person holds a certificate, or the whole title (no ``certificate``).

    Raises:
        Refused: the actor does not keep that centre's files.
        Invalid: the certificate is of another version.
        Conflict: it is recorded already.
    """
    check_manage(actor, centre.pk)
    if certificate is not None and certificate.version_id != version.pk:
        raise Invalid(
            _("The certificate is not of this version of the title."),
            fields={"certificate": [_("Choose one of the title chosen.")]},
        )
    known = HeldCertificate.objects.filter(person=person, certificate=certificate)
    if certificate is None:
        known = known.filter(version_of_title=version)
    if known.exists():
        raise Conflict(_("It is in the booklet already."))
    held = HeldCertificate.objects.create(
        person=person,
        organisation=centre,
        version_of_title=version,
        certificate=certificate,
        gained_on=gained_on,
        origin=HeldKind.DECISION if decision_reference else HeldKind.DOCUMENT,
        decision_reference=decision_reference,
        file=file,
        recorded_by_id=actor.id,
    )
    journal.record(
        actor=actor,
        verb="candidacy.record_held",
        subject=held,
        after={
            "person_id": person.pk,
            "version_id": version.pk,
            "certificate_id": certificate.pk if certificate else None,
            "gained_on": gained_on,
            "decision": decision_reference,
        },
    )
    return held


def held_of(candidacy: Candidacy) -> list[HeldCertificate]:
    """Give what the candidate holds, oldest first, whatever the version or centre."""
    rows = HeldCertificate.objects.filter(person_id=candidacy.person_id)
    return list(rows.select_related("certificate", "version_of_title").order_by("gained_on", "pk"))
