"""Candidacies by API: the same reads and verbs as the pages."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import Query

from compagnon.core import files
from compagnon.core.api import (
    ApiRequest,
    Id,
    Routes,
    expected_version,
)
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.models import StoredFile
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Organisation, Person
from compagnon.titles.api.candidacy_schemas import (
    AbsenceIn,
    AbsenceOut,
    AccommodationIn,
    AccommodationOut,
    AdmissibilityOut,
    AskIn,
    CandidacyAnswerIn,
    CandidacyFileIn,
    CandidacyMoveIn,
    CandidacyOut,
    CandidacyQuery,
    EnrolIn,
    ExperienceIn,
    ExperienceOut,
    FileOfCandidacy,
    HeldIn,
    HeldOut,
    HeldQuery,
    IdentityIn,
    JustifyIn,
    KeepIn,
    PeriodIn,
    PeriodOut,
    ProposedOut,
)
from compagnon.titles.models import (
    AdmissibilityNotice,
    Candidacy,
    Certificate,
    ExperienceProof,
    HeldCertificate,
    TitleVersion,
)
from compagnon.titles.queries import candidacies as queries
from compagnon.titles.services import candidacies as services
from compagnon.titles.services import gathering, keeping, rights

router = Routes(tag="candidacies")


def kept(file: CandidacyFileIn | None) -> StoredFile | None:
    """Keep a file that was sent, if any."""
    return files.store(file.content()) if file is not None else None


def chosen(model: Any, request: ApiRequest, key: int | None, name: str) -> Any:
    """Give the visible row of that key.

    Raises:
        Invalid: there is none that the caller sees.
    """
    if key is None:
        return None
    row = visible(model, request.actor).filter(pk=key).first()
    if row is None:
        raise Invalid(fields={name: [_("There is none that you see.")]})
    return row


def _again(request: ApiRequest, row: Candidacy) -> Candidacy:
    return queries.candidacy(request.actor, row.pk)


@router.index("/candidacies", CandidacyOut)
def list_candidacies(request: ApiRequest, query: Query[CandidacyQuery]) -> QuerySet[Candidacy]:
    """List the candidacies that you see: your own, those you tutor, those of your centres."""
    return queries.candidacies(request.actor)


@router.create("/candidacies", CandidacyOut, location=lambda row: f"/candidacies/{row.pk}")
def enrol_candidate(request: ApiRequest, body: EnrolIn) -> Candidacy:
    """Enrol a person for a title or some of its certificates."""
    aimed = list(Certificate.objects.filter(pk__in=body.aimed))
    if len(aimed) != len(set(body.aimed)):
        raise Invalid(fields={"aimed": [_("There is none that you see.")]})
    row = services.enrol(
        actor=request.actor,
        person=chosen(Person, request, body.person_id, "person_id"),
        centre=chosen(Organisation, request, body.organisation_id, "organisation_id"),
        version=chosen(TitleVersion, request, body.version_of_title_id, "version_of_title_id"),
        path=body.path,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        aimed=aimed,
        trainer=chosen(Person, request, body.trainer_id, "trainer_id"),
        plan=body.plan,
    )
    return _again(request, row)


@router.show("/candidacies/{candidacy_id}", CandidacyOut)
def get_candidacy(request: ApiRequest, candidacy_id: Id) -> Candidacy:
    """Read a candidacy."""
    return queries.candidacy(request.actor, candidacy_id)


@router.show("/candidacies/{candidacy_id}/file", FileOfCandidacy)
def get_candidacy_file(request: ApiRequest, candidacy_id: Id) -> dict[str, Any]:
    """Read what hangs on a candidacy: plan, absences, accommodations, experience, booklet."""
    row = queries.candidacy(request.actor, candidacy_id)
    file = queries.file_of(request.actor, row)
    ends, left = queries.window(row, file.held) or (None, None)
    return {
        "periods": file.periods,
        "absences": file.absences,
        "accommodations": file.accommodations,
        "experiences": file.experiences,
        "notice": file.notice,
        "held": file.held,
        "window_ends_on": ends,
        "window_days_left": left,
    }


@router.act("/candidacies/{candidacy_id}/move", CandidacyOut)
def move_candidacy(request: ApiRequest, candidacy_id: Id, body: CandidacyMoveIn) -> Candidacy:
    """Start the training, tell it ready for a session, withdraw it, or take it up again."""
    row = queries.candidacy(request.actor, candidacy_id)
    services.move(
        actor=request.actor,
        candidacy_id=row.pk,
        state=body.state,
        expected_version=expected_version(request, row),
    )
    return _again(request, row)


@router.act("/candidacies/{candidacy_id}/identity", CandidacyOut)
def check_candidate_identity(request: ApiRequest, candidacy_id: Id, body: IdentityIn) -> Candidacy:
    """Say that the identity was checked, and on which document; never its number."""
    row = services.check_identity(
        actor=request.actor, candidacy_id=candidacy_id, document=body.document
    )
    return _again(request, row)


@router.create("/candidacies/{candidacy_id}/periods", PeriodOut)
def plan_period(request: ApiRequest, candidacy_id: Id, body: PeriodIn) -> Any:
    """Add a stretch to the plan: at the centre, or in a company under a tutor."""
    return services.plan_period(
        actor=request.actor,
        candidacy_id=candidacy_id,
        company=chosen(Organisation, request, body.company_id, "company_id"),
        tutor=chosen(Person, request, body.tutor_id, "tutor_id"),
        **body.model_dump(exclude={"company_id", "tutor_id"}),
    )


@router.remove("/candidacies/{candidacy_id}/periods/{period_id}")
def drop_period(request: ApiRequest, candidacy_id: Id, period_id: Id) -> None:
    """Take a stretch off the plan."""
    services.drop_period(actor=request.actor, candidacy_id=candidacy_id, period_id=period_id)


@router.create("/candidacies/{candidacy_id}/absences", AbsenceOut)
def record_absence(request: ApiRequest, candidacy_id: Id, body: AbsenceIn) -> Any:
    """Record time away; only whether it is justified, never why."""
    return services.record_absence(
        actor=request.actor, candidacy_id=candidacy_id, **body.model_dump()
    )


@router.act("/candidacies/{candidacy_id}/absences/{absence_id}/justify", AbsenceOut)
def justify_absence(request: ApiRequest, candidacy_id: Id, absence_id: Id, body: JustifyIn) -> Any:
    """Say whether an absence is justified."""
    return services.justify_absence(
        actor=request.actor,
        candidacy_id=candidacy_id,
        absence_id=absence_id,
        is_justified=body.is_justified,
    )


@router.create("/candidacies/{candidacy_id}/accommodations", AccommodationOut)
def grant_accommodation(request: ApiRequest, candidacy_id: Id, body: AccommodationIn) -> Any:
    """Grant an adjustment of sessions."""
    return rights.grant_accommodation(
        actor=request.actor, candidacy_id=candidacy_id, **body.model_dump()
    )


@router.act("/candidacies/{candidacy_id}/notice/ask", AdmissibilityOut)
def ask_notice(request: ApiRequest, candidacy_id: Id, body: AskIn) -> Any:
    """Record that the candidate applied for VAE."""
    return rights.ask_notice(actor=request.actor, candidacy_id=candidacy_id, asked_on=body.asked_on)


@router.act("/candidacies/{candidacy_id}/notice/answer", AdmissibilityOut)
def answer_notice(request: ApiRequest, candidacy_id: Id, body: CandidacyAnswerIn) -> Any:
    """Record the authority's answer to an application for VAE."""
    return rights.answer_notice(
        actor=request.actor,
        candidacy_id=candidacy_id,
        file=kept(body.file),
        **body.model_dump(exclude={"file"}),
    )


@router.create("/candidacies/{candidacy_id}/experiences", ExperienceOut)
def add_experience(request: ApiRequest, candidacy_id: Id, body: ExperienceIn) -> Any:
    """Add a stretch of work that an application for VAE rests on."""
    return rights.add_experience(
        actor=request.actor,
        candidacy_id=candidacy_id,
        file=kept(body.file),
        **body.model_dump(exclude={"file"}),
    )


@router.create("/candidacies/{candidacy_id}/held", HeldOut)
def record_held_certificate(request: ApiRequest, candidacy_id: Id, body: HeldIn) -> Any:
    """Record that the candidate holds a certificate, or the whole title, by a document shown."""
    row = queries.candidacy(request.actor, candidacy_id)
    return rights.record_held(
        actor=request.actor,
        person=row.person,
        centre=row.organisation,
        version=chosen(TitleVersion, request, body.version_of_title_id, "version_of_title_id"),
        certificate=chosen(Certificate, request, body.certificate_id, "certificate_id"),
        gained_on=body.gained_on,
        file=kept(body.file),
    )


@router.index("/held-certificates", HeldOut)
def list_held_certificates(
    request: ApiRequest, query: Query[HeldQuery]
) -> QuerySet[HeldCertificate]:
    """List what people hold: yours, and what your centres recorded."""
    return queries.held(request.actor)


@router.download("/candidacies/{candidacy_id}/documents/{kind}/{key}")
def get_candidacy_document(
    request: ApiRequest,
    candidacy_id: Id,
    kind: Literal["notice", "experience", "held"],
    key: Id,
) -> FileResponse:
    """Download the document of a notice, an experience or a certificate held."""
    row = queries.candidacy(request.actor, candidacy_id)
    found: Any
    if kind == "held":
        found = get_visible(HeldCertificate, request.actor, pk=key, person_id=row.person_id)
    elif kind == "notice":
        found = get_visible(AdmissibilityNotice, request.actor, pk=key, candidacy_id=row.pk)
    else:
        found = get_visible(ExperienceProof, request.actor, pk=key, candidacy_id=row.pk)
    if found.file is None:
        raise NotFound
    return files.serve(found.file, name=f"{row.reference}-{kind}")


@router.act("/candidacies/{candidacy_id}/look-back", ProposedOut)
def look_back(request: ApiRequest, candidacy_id: Id) -> dict[str, int]:
    """Propose the work that the candidate did since the start of the candidacy."""
    return {"proposed": gathering.look_back(actor=request.actor, candidacy_id=candidacy_id)}


@router.act("/candidacies/{candidacy_id}/keep", CandidacyOut)
def keep_candidacy(request: ApiRequest, candidacy_id: Id, body: KeepIn) -> Candidacy:
    """Say until when the personal data is kept."""
    row = keeping.keep_until(actor=request.actor, candidacy_id=candidacy_id, day=body.day)
    return _again(request, row)


@router.act("/candidacies/{candidacy_id}/forget", CandidacyOut)
def forget_candidacy(request: ApiRequest, candidacy_id: Id) -> Candidacy:
    """Erase the personal texts and files of a candidacy that is over; what proves stays."""
    return _again(request, keeping.forget(actor=request.actor, candidacy_id=candidacy_id))
