"""What ``titles`` keeps of a person: candidacies and their evidence, jurors, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import Basis, Holding, Subject, register
from compagnon.core.tasks import system_actor
from compagnon.titles.models import Attestation, Candidacy, HeldCertificate, Juror
from compagnon.titles.services import keeping
from compagnon.titles.services.candidacies import ERASED


def _candidacies(subject: Subject) -> QuerySet[Candidacy]:
    return Candidacy.objects.filter(person_id=subject.person_id)


def _tell_candidacies(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for candidacy in _candidacies(subject).order_by("pk"):
        yield {
            "reference": candidacy.reference,
            "path": candidacy.path,
            "state": candidacy.state,
            "from": candidacy.starts_on,
            "kept_until": candidacy.keep_until,
            "plan": candidacy.plan,
            "evidence": [
                {
                    "title": one.title,
                    "did": one.did,
                    "means": one.means,
                    "with_whom": one.with_whom,
                    "context": one.context,
                }
                for one in candidacy.evidence.order_by("pk")
            ],
            "absences": [*candidacy.absences.values("starts_at", "ends_at")],
            "accommodations": [*candidacy.accommodations.values("kind", "details")],
        }


def _hindered(subject: Subject) -> list[str]:
    if any(one.is_open for one in _candidacies(subject)):
        return [gettext("A candidacy still goes on: withdraw it, or wait for the decision.")]
    return []


def _forget_candidacies(subject: Subject) -> int:
    rows = _candidacies(subject).exclude(plan=ERASED)
    for candidacy in rows:
        keeping.forget(actor=system_actor("keeping"), candidacy_id=candidacy.pk)
    return len(rows)


def _outcomes(subject: Subject) -> int:
    held = HeldCertificate.objects.filter(person_id=subject.person_id).count()
    given = Attestation.objects.filter(person_id=subject.person_id).count()
    return held + given + Juror.objects.filter(person_id=subject.person_id).count()


def _tell_outcomes(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for one in HeldCertificate.objects.filter(person_id=subject.person_id):
        yield {"certificate": str(one.certificate), "decision": one.decision_reference}
    for attestation in Attestation.objects.filter(person_id=subject.person_id):
        yield {"attestation": str(attestation)}


_CENTRE = _("The training centre, jurors of the session")

register(
    Holding(
        key="titles.candidacies",
        order=70,
        title=_("Candidacies, evidence, dossiers"),
        concerned=_("Candidates"),
        content=_("Plan, accounts of practice, annexes, absences, accommodations, marks"),
        purpose=_("To prepare for a professional title and to decide on it"),
        basis=Basis.LEGAL,
        recipients=_CENTRE,
        count=lambda subject: _candidacies(subject).count(),
        export=_tell_candidacies,
        erase=_forget_candidacies,
        hindrances=_hindered,
        models=(
            "titles.candidacy",
            "titles.evidence",
            "titles.dossier",
            "titles.absence",
            "titles.accommodation",
            "titles.trainingperiod",
            "titles.experienceproof",
        ),
        stays=_("The decision with its inputs, minutes, seals of what was attested."),
    ),
    Holding(
        key="titles.outcomes",
        order=71,
        title=_("Decisions, certificates, attestations, jurors"),
        concerned=_("Candidates and jurors"),
        content=_("What was gained and when, who sat on the jury"),
        purpose=_("To prove what was decided, on demand, for life"),
        basis=Basis.LEGAL,
        recipients=_CENTRE,
        count=_outcomes,
        export=_tell_outcomes,
        models=(
            "titles.heldcertificate",
            "titles.attestation",
            "titles.juror",
            "titles.assessor",
            "titles.decision",
            "titles.jurortie",
            "titles.sessionmail",
        ),
        stays=_("The law asks that what was decided can be proved: it is kept."),
    ),
)
