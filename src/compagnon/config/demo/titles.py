"""The training centre of the demonstration: a trainee who goes for TSSI by the work done here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from compagnon.config.demo import sitting, training
from compagnon.core.actor import Actor, Source
from compagnon.desk.models import Ticket
from compagnon.people.models import Organisation, Person
from compagnon.people.queries import actor_for
from compagnon.titles.models import (
    CandidacyState,
    Evidence,
    EvidenceState,
    Path,
    PeriodKind,
    TitleVersion,
)
from compagnon.titles.services import (
    candidacies,
    dossiers,
    evidence,
    evidence_rules,
    gathering,
)

TRAINEE: Final = ("Inès", "Delcambre")
TRAINER: Final = ("Solène", "Quéméner")
TUTOR: Final = ("Karim", "Ouzoulias")
DAYS: Final = 240
# A demonstration of fewer tickets is a test's: no session is held in it.
SITTING_FROM: Final = 100
CHOSEN, TOLD, ATTESTED = 9, 6, 3
PLAN: Final = (
    "Formation en alternance : deux semaines au centre, deux semaines au centre de services. "
    "Le travail du support se propose comme preuve ; un point chaque mois avec la formatrice."
)
DID: Final = (
    (
        "J’ai accusé réception, posé des questions pour situer la panne, appliqué la solution "
        "connue et vérifié avec la personne. J’ai noté la cause dans la demande."
    ),
    (
        "J’ai qualifié la demande, fixé l’urgence, pris la main à distance avec l’accord de la "
        "personne et corrigé le réglage. J’ai expliqué comment éviter que cela revienne."
    ),
    (
        "J’ai reproduit le problème, isolé la cause par essais successifs, remis en état et "
        "documenté la marche à suivre pour l’équipe."
    ),
)
MEANS: Final = "L’outil de gestion des demandes, la prise en main à distance, la documentation."
WITH: Final = "La personne qui demandait ; le niveau 2 pour un avis."
CONTEXT: Final = "Centre de services d’une entreprise de deux sites, en alternance."
INTRODUCTION: Final = (
    "Je prépare le titre en alternance au centre de services.\n\n"
    "Je traite les demandes du premier niveau : messagerie, postes de travail, accès, impression."
)


def fill(actor: Actor, provider: Organisation, client: Organisation, *, until: datetime) -> None:
    """Make the training centre, enrol the trainee, gather and attest evidence of their work; tell
    a session past, and prepare the next.

    Nothing is done where the titles do not come with the installation.
    """
    version = TitleVersion.objects.filter(title__code="TP-00485", label="2013").first()
    if version is None:
        return
    trainee, trainer, tutor = (_named(*name) for name in (TRAINEE, TRAINER, TUTOR))
    today = until.date()
    made = training.build(actor, provider, version, trainer, today=today)
    centre = made.organisation
    evidence_rules.install(actor=actor, organisation=centre)
    row = candidacies.enrol(
        actor=actor,
        person=trainee,
        centre=centre,
        version=version,
        path=Path.CONTINUOUS,
        starts_on=today - timedelta(days=DAYS),
        ends_on=today + timedelta(days=60),
        trainer=trainer,
        plan=PLAN,
    )
    _plan(actor, row.pk, row.starts_on, company=client, tutor=tutor)
    candidacies.move(actor=actor, candidacy_id=row.pk, state=CandidacyState.TRAINING)
    candidacies.check_identity(actor=actor, candidacy_id=row.pk, document="id_card", at=until)
    gathering.look_back(actor=actor, candidacy_id=row.pk)
    _evidence(row.pk, trainee, trainer, until)
    mine = actor_for(trainee, source=Source.DEMO)
    dossiers.write(actor=mine, candidacy_id=row.pk, texts={"introduction": INTRODUCTION})
    attested = row.evidence.filter(state=EvidenceState.ATTESTED)
    first = list(attested.order_by("-happened_at", "-pk")[:1])
    if first:
        activity = version.activities.get(number=1)
        dossiers.write_example(
            actor=mine, candidacy_id=row.pk, activity=activity, texts={}, evidence=first
        )
    if Ticket.objects.count() >= SITTING_FROM:
        sitting.fill(actor, made, row, until=until)


def _named(first: str, last: str) -> Person:
    return Person.objects.get(first_name=first, last_name=last)


def _plan(
    actor: Actor, candidacy_id: int, start: date, *, company: Organisation, tutor: Person
) -> None:
    """Plan eight periods of about five weeks, at the centre and in company in turn."""
    for rank in range(8):
        begins = start + timedelta(days=rank * 37)
        inside = rank % 2 == 0
        candidacies.plan_period(
            actor=actor,
            candidacy_id=candidacy_id,
            kind=PeriodKind.CENTRE if inside else PeriodKind.COMPANY,
            starts_on=begins,
            ends_on=begins + timedelta(days=33),
            hours=140 if inside else 175,
            subject="Assister les utilisateurs" if inside else "",
            company=None if inside else company,
            tutor=None if inside else tutor,
        )


def _evidence(candidacy_id: int, trainee: Person, trainer: Person, until: datetime) -> None:
    mine = actor_for(trainee, source=Source.DEMO)
    judge = actor_for(trainer, source=Source.DEMO)
    rows = Evidence.objects.filter(candidacy_id=candidacy_id).order_by("-happened_at", "-pk")
    for rank, one in enumerate(rows[:CHOSEN]):
        evidence.choose(actor=mine, evidence_id=one.pk)
        if rank < TOLD:
            texts = {
                "title": one.title.partition(" ")[2] or one.title,
                "did": DID[rank % len(DID)],
                "means": MEANS,
                "with_whom": WITH,
                "context": CONTEXT,
            }
            evidence.tell(actor=mine, evidence_id=one.pk, texts=texts, is_masked=rank % 2 == 0)
        if rank < ATTESTED:
            evidence.attest(actor=judge, evidence_id=one.pk, comment="Fait devant moi.", at=until)
