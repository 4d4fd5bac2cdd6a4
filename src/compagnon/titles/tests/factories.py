"""Titles, candidates and their work, for the tests of this room and of those that look at it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

from compagnon.people.models import Organisation, Person
from compagnon.people.tests import factories as people
from compagnon.titles.models import (
    ActivityType,
    Candidacy,
    Certificate,
    CertificateKind,
    CertificateMember,
    Competence,
    Criterion,
    EvidenceRule,
    Path,
    Title,
    TitleVersion,
)
from compagnon.titles.services import candidacies

_numbers = itertools.count(1)


def title_version(
    *, activities: tuple[int, ...] = (2, 1), criteria: int = 2, ccs: bool = False
) -> TitleVersion:
    """Make a title: one activity and its CCP for each number, of that many competences.

    Args:
        ccs: with a complementary certificate that this title hosts.
    """
    number = next(_numbers)
    title = Title.objects.create(code=f"TP-9{number:04d}", short_name=f"T{number}", name="Essai")
    version = TitleVersion.objects.create(
        title=title, label="2013", name="Essai", short_name=f"T{number}",
        valid_from=date(2013, 1, 1),
    )  # fmt: skip
    competences = itertools.count(1)
    for place, count in enumerate(activities, 1):
        activity = ActivityType.objects.create(
            version=version, number=place, name=f"Activité {place}"
        )
        certificate = Certificate.objects.create(
            version=version, number=place, name=f"Activité {place}", activity=activity
        )
        for position in range(count):
            key = next(competences)
            competence = Competence.objects.create(
                version=version, number=key, name=f"Compétence {key}"
            )
            CertificateMember.objects.create(
                certificate=certificate, competence=competence, position=position
            )
            Criterion.objects.bulk_create(
                Criterion(competence=competence, number=one, text=f"Critère {key}.{one}")
                for one in range(1, criteria + 1)
            )
    if ccs:
        extra = Certificate.objects.create(
            version=version, kind=CertificateKind.CCS, number=1, name="Complément"
        )
        extra.hosts.add(title)
    return version


@dataclass
class Centre:
    """A training centre and its people: a secretary who keeps files, a trainer, candidates."""

    organisation: Organisation
    secretary: Person
    trainer: Person
    trainees: list[Person]
    version: TitleVersion


def centre(*, trainees: int = 1, **of_version: Any) -> Centre:
    """Make a training centre with its staff, some trainees and a title."""
    organisation = people.organisation(f"Centre {next(_numbers)}")
    secretary = people.person(organisation, "Sylvie", "Noël")
    trainer = people.person(organisation, "Théo", "Marchand")
    people.grant(secretary, people.role("secretary"), organisation)
    people.grant(trainer, people.role("trainer"), organisation)
    return Centre(
        organisation=organisation,
        secretary=secretary,
        trainer=trainer,
        trainees=[people.person(organisation, f"Élève{i}", "Petit") for i in range(trainees)],
        version=title_version(**of_version),
    )


def candidacy(of: Centre, person: Person | None = None, **values: Any) -> Candidacy:
    """Enrol a trainee of the centre, by its secretary."""
    given: dict[str, Any] = {
        "person": person or of.trainees[0],
        "centre": of.organisation,
        "version": of.version,
        "path": Path.CONTINUOUS,
        "starts_on": date(2026, 1, 5),
        "trainer": of.trainer,
    } | values
    return candidacies.enrol(actor=people.actor(of.secretary), **given)


def evidence_rule(of: Centre, kind: str, *competences: int, **values: Any) -> EvidenceRule:
    """Make a rule of the centre: work of that kind shows the competences of those numbers."""
    rule = EvidenceRule.objects.create(
        organisation=of.organisation,
        version_of_title=of.version,
        kind=kind,
        name=values.pop("name", f"{kind} {next(_numbers)}"),
        **values,
    )
    rule.competences.set(Competence.objects.filter(version=of.version, number__in=competences))
    return rule
