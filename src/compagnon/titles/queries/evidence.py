"""Reads of evidence: a candidate's, what covers the referential, what waits to be attested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import Ticket
from compagnon.park.models import Asset
from compagnon.titles.evidence.coverage import Covered, Level, Piece, coverage
from compagnon.titles.evidence.masking import Kind, Known
from compagnon.titles.models import (
    Candidacy,
    Certificate,
    CertificateMember,
    Competence,
    Criterion,
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceOrigin,
    EvidenceRule,
    EvidenceState,
    TrainingPeriod,
)

SHOWN = (EvidenceState.CHOSEN, EvidenceState.ATTESTED)
MOST_ENTRIES = 200


def evidence_rows(actor: Actor) -> QuerySet[Evidence]:
    """Give the evidence that the actor sees, with what a list shows of it."""
    links = EvidenceLink.objects.select_related("competence", "criterion").order_by(
        "competence__number", "criterion__number"
    )
    return (
        visible(Evidence, actor)
        .select_related("candidacy__version_of_title__title", "attested_by")
        .prefetch_related("candidacy__person", Prefetch("links", links))
    )


def of_candidacy(actor: Actor, row: Candidacy) -> list[Evidence]:
    """Give a candidacy's evidence, latest first."""
    rows = evidence_rows(actor).filter(candidacy_id=row.pk)
    return list(rows.annotate(file_count=Count("files")).order_by("-happened_at", "-pk"))


def one(actor: Actor, evidence_id: int) -> Evidence:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Evidence, actor, evidence_rows(actor), pk=evidence_id)


def files_of(actor: Actor, row: Evidence) -> list[EvidenceFile]:
    """Give the files of a piece of evidence."""
    return list(visible(EvidenceFile, actor).filter(evidence_id=row.pk).select_related("file"))


def entries_of(row: Evidence) -> list[Entry]:
    """Give the journal's entries that a piece of evidence rests on, in the order they happened.

    The caller has shown that the evidence is visible; the entries are its proof.
    """
    keys = list(row.entries)[:MOST_ENTRIES]
    return list(Entry.objects.filter(pk__in=keys).order_by("occurred_at", "id"))


@dataclass(slots=True)
class Cell:
    """A competence of the referential, and how well it is covered."""

    competence: Competence
    covered: Covered
    evidence: list[Evidence] = field(default_factory=list)
    missing: list[Criterion] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    """A certificate aimed at, with its competences."""

    certificate: Certificate
    cells: list[Cell]


@dataclass(slots=True)
class Matrix:
    """The whole of what a candidacy aims at; ``counts`` by level, each competence once."""

    columns: list[Column]
    counts: dict[str, int]


def matrix(row: Candidacy, evidence: Sequence[Evidence]) -> Matrix:
    """Cover the certificates aimed at with evidence, as :func:`of_candidacy` gives it."""
    members = list(
        CertificateMember.objects.filter(certificate__candidacies=row)
        .select_related("competence", "certificate")
        .prefetch_related(Prefetch("competence__criteria", Criterion.objects.order_by("number")))
        .order_by("certificate__kind", "certificate__number", "position")
    )
    competences = {member.competence_id: member.competence for member in members}
    found = coverage(
        [(key, [each.pk for each in one.criteria.all()]) for key, one in competences.items()],
        _pieces(evidence),
    )
    cells: dict[int, Cell] = {}
    for covered in found:
        competence = competences[covered.competence]
        lacking = set(covered.missing_criteria)
        cells[covered.competence] = Cell(
            competence,
            covered,
            [
                each
                for each in evidence
                if any(link.competence_id == competence.pk for link in each.links.all())
                and each.state != EvidenceState.ASIDE
            ],
            [each for each in competence.criteria.all() if each.pk in lacking],
        )
    columns: dict[int, Column] = {}
    for member in members:
        column = columns.setdefault(member.certificate_id, Column(member.certificate, []))
        column.cells.append(cells[member.competence_id])
    counts = {level.value: 0 for level in Level}
    for cell in cells.values():
        counts[cell.covered.level.value] += 1
    return Matrix(list(columns.values()), counts)


def _pieces(evidence: Sequence[Evidence]) -> list[Piece]:
    found = []
    for each in evidence:
        if each.state == EvidenceState.ASIDE:
            continue
        by_competence: dict[int, set[int]] = {}
        for link in each.links.all():
            criteria = by_competence.setdefault(link.competence_id, set())
            if link.criterion_id is not None:
                criteria.add(link.criterion_id)
        found += [
            Piece(
                evidence=each.pk,
                competence=key,
                chosen=each.state in SHOWN,
                attested=each.state == EvidenceState.ATTESTED,
                outside=each.origin == EvidenceOrigin.OUTSIDE,
                criteria=frozenset(criteria),
            )
            for key, criteria in by_competence.items()
        ]
    return found


def waiting(actor: Actor) -> QuerySet[Evidence]:
    """Give the evidence that waits for the actor to attest it, oldest first."""
    tutored = TrainingPeriod.objects.filter(tutor_id=actor.id).values("candidacy_id")
    mine = Q(candidacy_id__in=tutored)
    reach = actor.scope.organisations("candidacy.train")
    if reach is None:
        mine = Q()
    elif reach:
        mine |= Q(candidacy__organisation_id__in=sorted(reach))
    rows = evidence_rows(actor).filter(mine, state=EvidenceState.CHOSEN).exclude(did="")
    return rows.exclude(candidacy__person_id=actor.id or 0).order_by("happened_at", "pk")


def competences_of(row: Candidacy) -> QuerySet[Competence]:
    """Give the competences of a candidacy's title with their criteria, in order."""
    return Competence.objects.filter(version_id=row.version_of_title_id).order_by(
        "number"
    ).prefetch_related(Prefetch("criteria", Criterion.objects.order_by("number")))  # fmt: skip


def known_names(actor: Actor, row: Evidence) -> list[Known]:
    """Give what is known to stand behind a piece of work: who asked, whose it is, which machine.

    Only as far as the actor sees the work itself.
    """
    if row.object_type == Ticket._meta.label_lower:
        ticket = (
            visible(Ticket, actor)
            .select_related("requester__organisation", "beneficiary", "site", "organisation")
            .filter(pk=row.object_id or 0)
            .first()
        )
        return _of_ticket(ticket) if ticket is not None else []
    if row.object_type == Asset._meta.label_lower:
        asset = visible(Asset, actor).select_related("person", "organisation").filter(
            pk=row.object_id or 0
        ).first()  # fmt: skip
        return _of_asset(asset) if asset is not None else []
    return []


def _of_ticket(ticket: Ticket) -> list[Known]:
    found = [
        Known(ticket.requester.organisation.name, Kind.ORGANISATION),
        Known(ticket.organisation.name, Kind.ORGANISATION),
        Known(ticket.affected_item, Kind.MACHINE),
    ]
    for person in (ticket.requester, ticket.beneficiary):
        if person is not None:
            found += _of_person(person.first_name, person.last_name)
    if ticket.site is not None:
        found.append(Known(ticket.site.name, Kind.ADDRESS))
    return [known for known in found if known.text.strip()]


def _of_asset(asset: Asset) -> list[Known]:
    found = [
        Known(asset.name, Kind.MACHINE),
        Known(asset.serial, Kind.SERIAL),
        Known(asset.inventory_number, Kind.SERIAL),
        Known(asset.organisation.name, Kind.ORGANISATION),
    ]
    if asset.person is not None:
        found += _of_person(asset.person.first_name, asset.person.last_name)
    return [known for known in found if known.text and known.text.strip()]


def _of_person(first: str, last: str) -> list[Known]:
    names = (f"{first} {last}", f"{last} {first}", last, first)
    return [Known(name, Kind.PERSON) for name in names if len(name.strip()) > 1]


def evidence_rules(actor: Actor) -> QuerySet[EvidenceRule]:
    """Give the rules that the actor sees, by centre and title."""
    return (
        visible(EvidenceRule, actor)
        .select_related("organisation", "version_of_title__title")
        .prefetch_related(Prefetch("competences", Competence.objects.order_by("number")))
        .order_by("organisation__name", "version_of_title", "name")
    )
