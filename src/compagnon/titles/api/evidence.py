"""Evidence, its rules and practice dossiers by API: the same reads and verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import (
    ApiRequest,
    Body,
    FilterLookup,
    Id,
    ListQuery,
    Routes,
    expected_version,
)
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation
from compagnon.titles.api.candidacies import chosen
from compagnon.titles.api.candidacy_schemas import CandidacyFileIn, Text
from compagnon.titles.evidence.masking import find, mask
from compagnon.titles.models import (
    Candidacy,
    Competence,
    Criterion,
    Evidence,
    EvidenceFile,
    EvidenceRule,
    TitleVersion,
)
from compagnon.titles.queries import candidacies
from compagnon.titles.queries import evidence as queries
from compagnon.titles.services import evidence as services
from compagnon.titles.services import evidence_rules
from compagnon.titles.showing_evidence import advice, words

router = Routes(tag="evidence")

Account = Annotated[str, Field(max_length=10_000, pattern=Text)]
Part = Annotated[str, Field(max_length=5_000, pattern=Text)]


class EvidenceLinkOut(Schema):
    """A competence shown, or one criterion of it."""

    competence_id: int
    criterion_id: int | None


class EvidenceOut(Schema):
    """A piece of work that shows competences."""

    id: int
    candidacy_id: int
    origin: str
    state: str
    kind: str
    object_type: str
    object_id: int | None
    entries: list[int] = Field(description="The journal's entries that it rests on.")
    happened_at: datetime
    title: str
    did: str
    means: str
    with_whom: str
    context: str
    is_masked: bool
    attested_by_id: int | None
    attested_at: datetime | None
    attestation: str
    sealed: str
    links: list[EvidenceLinkOut]
    version: int

    @staticmethod
    def resolve_links(obj: Evidence) -> list[Any]:
        """Give what it shows."""
        return list(obj.links.all())


class EvidenceQuery(ListQuery):
    """Which evidence, in which order."""

    candidacy: Annotated[Id | None, FilterLookup("candidacy_id")] = None
    state: Annotated[
        Literal["proposed", "chosen", "attested", "aside"] | None, FilterLookup("state")
    ] = None
    origin: Annotated[Literal["work", "outside"] | None, FilterLookup("origin")] = None
    ordering: Literal["-happened_at", "happened_at"] = "-happened_at"


class WaitingQuery(ListQuery):
    """In which order."""

    ordering: Literal["happened_at", "-happened_at"] = "happened_at"


class ShownIn(Body):
    """A competence, and one criterion of it or none."""

    competence_id: Id
    criterion_id: Id | None = None


class TellIn(Body):
    """The account, and what the work shows; what is absent stays."""

    title: Annotated[str, Field(max_length=200, pattern=Text)] | None = None
    did: Account | None = None
    means: Part | None = None
    with_whom: Part | None = None
    context: Part | None = None
    shown: Annotated[list[ShownIn], Field(max_length=500)] | None = None
    is_masked: bool | None = None

    def texts(self) -> dict[str, str]:
        """Give the texts that were sent."""
        told = {name: getattr(self, name) for name in services.TEXTS}
        return {name: text for name, text in told.items() if text is not None}


class OutsideIn(TellIn):
    """Work that was done elsewhere."""

    happened_at: datetime


class AttestIn(Body):
    """What the one who attests says."""

    comment: Annotated[str, Field(max_length=2_000, pattern=Text)] = ""


class FoundOut(Schema):
    """A stretch of a text that names somebody or something, and what would stand in its stead."""

    part: str
    start: int
    end: int
    kind: str
    text: str


class MaskOut(Schema):
    """What the help to anonymise found."""

    found: list[FoundOut]
    masked: dict[str, str] = Field(description="Each text with everything masked.")


class EvidenceFileOut(Schema):
    """A file of a piece of evidence."""

    id: int
    name: str
    bytes: int
    sha256: str

    @staticmethod
    def resolve_bytes(obj: EvidenceFile) -> int:
        """Give its size."""
        return obj.file.size

    @staticmethod
    def resolve_sha256(obj: EvidenceFile) -> str:
        """Give its digest."""
        return obj.file.sha256


class EvidenceFilesOut(Schema):
    """The files of a piece of evidence."""

    items: list[EvidenceFileOut]


class CoveredOut(Schema):
    """How well a competence is covered."""

    competence_id: int
    number: int
    level: str
    chosen: int
    attested: int
    proposed: int
    missing_criteria: list[int]
    advice: str
    next: str = Field(description="What to do next, in words.")


class CoverageOut(Schema):
    """How well evidence covers what a candidacy aims at."""

    counts: dict[str, int]
    items: list[CoveredOut]


class RuleOut(Schema):
    """What proposes itself as evidence of which competences."""

    id: int
    organisation_id: int
    version_of_title_id: int
    name: str
    kind: str
    conditions: dict[str, Any]
    numbers: list[int] = Field(description="The competences' numbers.")
    is_active: bool
    version: int

    @staticmethod
    def resolve_numbers(obj: EvidenceRule) -> list[int]:
        """Give the competences' numbers."""
        return sorted(one.number for one in obj.competences.all())


class RuleQuery(ListQuery):
    """Which rules."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    version_of_title: Annotated[Id | None, FilterLookup("version_of_title_id")] = None
    ordering: Literal["name", "-name"] = "name"


Value = Annotated[str, Field(max_length=300, pattern=Text)] | int | bool


class RuleIn(Body):
    """A rule."""

    name: Annotated[str, Field(max_length=120, pattern=Text)]
    kind: Annotated[str, Field(max_length=60, pattern=Text, examples=["ticket.solved"])]
    conditions: Annotated[
        dict[Annotated[str, Field(max_length=60, pattern=Text)],
             Annotated[list[Value], Field(max_length=50)]],
        Field(max_length=20, examples=[{"priority": [1, 2]}]),
    ] = {}  # fmt: skip
    numbers: Annotated[
        list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=100, examples=[[1, 4]])
    ]
    is_active: bool = True


class NewRuleIn(RuleIn):
    """A rule of a centre, for a title."""

    organisation_id: Id
    version_of_title_id: Id


class InstallIn(Body):
    """For which centre."""

    organisation_id: Id


class InstalledOut(Schema):
    """How many rules were added."""

    added: int


def _pairs(shown: list[ShownIn] | None) -> list[tuple[Competence, Criterion | None]] | None:
    if shown is None:
        return None
    competences = Competence.objects.in_bulk({one.competence_id for one in shown})
    criteria = Criterion.objects.in_bulk({one.criterion_id for one in shown if one.criterion_id})
    found = []
    for one in shown:
        competence = competences.get(one.competence_id)
        criterion = criteria.get(one.criterion_id) if one.criterion_id else None
        if competence is None or (one.criterion_id and criterion is None):
            raise Invalid(fields={"shown": [_("There is none that you see.")]})
        found.append((competence, criterion))
    return found


def _again(request: ApiRequest, row: Evidence) -> Evidence:
    return queries.one(request.actor, row.pk)


@router.index("/evidence", EvidenceOut)
def list_evidence(request: ApiRequest, query: Query[EvidenceQuery]) -> QuerySet[Evidence]:
    """List the evidence that you see; proposals and what is set aside are the candidate's own."""
    return queries.evidence_rows(request.actor)


# Before what takes a key: the first that fits a path answers.
@router.index("/evidence/to-attest", EvidenceOut)
def list_evidence_to_attest(request: ApiRequest, query: Query[WaitingQuery]) -> QuerySet[Evidence]:
    """List what waits for you to attest it, as a trainer or a tutor."""
    return queries.waiting(request.actor).order_by()


@router.show("/evidence/{evidence_id}", EvidenceOut)
def get_evidence(request: ApiRequest, evidence_id: Id) -> Evidence:
    """Read a piece of evidence."""
    return queries.one(request.actor, evidence_id)


@router.change("/evidence/{evidence_id}", EvidenceOut)
def tell_evidence(request: ApiRequest, evidence_id: Id, body: TellIn) -> Evidence:
    """Change the account of your evidence, and what it shows; a change takes attesting off."""
    row = queries.one(request.actor, evidence_id)
    services.tell(
        actor=request.actor,
        evidence_id=row.pk,
        texts=body.texts(),
        shown=_pairs(body.shown),
        is_masked=body.is_masked,
        expected_version=expected_version(request, row),
    )
    return _again(request, row)


@router.create(
    "/candidacies/{candidacy_id}/evidence",
    EvidenceOut,
    location=lambda row: f"/evidence/{row.pk}",
)
def add_outside_evidence(request: ApiRequest, candidacy_id: Id, body: OutsideIn) -> Evidence:
    """Add work that was done elsewhere; it is marked as such for ever."""
    row = services.add_outside(
        actor=request.actor,
        candidacy_id=candidacy_id,
        happened_at=body.happened_at,
        texts=body.texts(),
        shown=_pairs(body.shown) or [],
    )
    return _again(request, row)


@router.act("/evidence/{evidence_id}/choose", EvidenceOut)
def choose_evidence(request: ApiRequest, evidence_id: Id) -> Evidence:
    """Take a proposal into your evidence."""
    return _again(request, services.choose(actor=request.actor, evidence_id=evidence_id))


@router.act("/evidence/{evidence_id}/set-aside", EvidenceOut)
def set_evidence_aside(request: ApiRequest, evidence_id: Id) -> Evidence:
    """Leave a piece of evidence out; it can be taken again."""
    return _again(request, services.set_aside(actor=request.actor, evidence_id=evidence_id))


@router.act("/evidence/{evidence_id}/attest", EvidenceOut)
def attest_evidence(request: ApiRequest, evidence_id: Id, body: AttestIn) -> Evidence:
    """Attest that the candidate did this, as told; by a tutor or a trainer."""
    row = queries.one(request.actor, evidence_id)
    services.attest(
        actor=request.actor,
        evidence_id=row.pk,
        comment=body.comment,
        expected_version=expected_version(request, row),
    )
    return _again(request, row)


@router.show("/evidence/{evidence_id}/masking", MaskOut)
def find_names_in_evidence(request: ApiRequest, evidence_id: Id) -> dict[str, Any]:
    """Find what names a person, a place or a machine in an account. Nothing is changed."""
    row = queries.one(request.actor, evidence_id)
    known = queries.known_names(request.actor, row)
    found = {name: find(getattr(row, name), known) for name in services.TEXTS}
    return {
        "found": [
            {"part": name, "start": one.start, "end": one.end, "kind": one.kind, "text": one.text}
            for name, ones in found.items()
            for one in ones
        ],
        "masked": {name: mask(getattr(row, name), ones, words()) for name, ones in found.items()},
    }


@router.show("/evidence/{evidence_id}/files", EvidenceFilesOut)
def list_evidence_files(request: ApiRequest, evidence_id: Id) -> dict[str, Any]:
    """List the files of a piece of evidence."""
    row = queries.one(request.actor, evidence_id)
    return {"items": queries.files_of(request.actor, row)}


@router.create("/evidence/{evidence_id}/files", EvidenceFileOut)
def attach_to_evidence(request: ApiRequest, evidence_id: Id, body: CandidacyFileIn) -> EvidenceFile:
    """Attach a file to your evidence."""
    return services.attach(
        actor=request.actor, evidence_id=evidence_id, name=body.name, content=body.content()
    )


@router.download("/evidence/{evidence_id}/files/{file_id}")
def get_evidence_file(request: ApiRequest, evidence_id: Id, file_id: Id) -> FileResponse:
    """Download a file of a piece of evidence."""
    rows = EvidenceFile.objects.select_related("file")
    found = get_visible(EvidenceFile, request.actor, rows, pk=file_id, evidence_id=evidence_id)
    return files.serve(found.file, name=found.name)


@router.remove("/evidence/{evidence_id}/files/{file_id}")
def detach_from_evidence(request: ApiRequest, evidence_id: Id, file_id: Id) -> None:
    """Take a file off your evidence."""
    services.detach(actor=request.actor, evidence_id=evidence_id, file_id=file_id)


@router.show("/candidacies/{candidacy_id}/coverage", CoverageOut)
def get_coverage(request: ApiRequest, candidacy_id: Id) -> dict[str, Any]:
    """Read how well evidence covers what a candidacy aims at, and what to do next."""
    row: Candidacy = candidacies.candidacy(request.actor, candidacy_id)
    matrix = queries.matrix(row, queries.of_candidacy(request.actor, row))
    cells = {cell.competence.pk: cell for column in matrix.columns for cell in column.cells}
    return {
        "counts": matrix.counts,
        "items": [
            {
                "competence_id": cell.competence.pk,
                "number": cell.competence.number,
                "level": cell.covered.level,
                "chosen": cell.covered.chosen,
                "attested": cell.covered.attested,
                "proposed": cell.covered.proposed,
                "missing_criteria": list(cell.covered.missing_criteria),
                "advice": cell.covered.advice,
                "next": advice(cell.covered),
            }
            for cell in cells.values()
        ],
    }


def _rule(request: ApiRequest, rule_id: int) -> EvidenceRule:
    rows = queries.evidence_rules(request.actor)
    return get_visible(EvidenceRule, request.actor, rows, pk=rule_id)


# --- rules ---------------------------------------------------------------------------------------


@router.index("/evidence-rules", RuleOut)
def list_evidence_rules(request: ApiRequest, query: Query[RuleQuery]) -> QuerySet[EvidenceRule]:
    """List the evidence rules of your centres."""
    return queries.evidence_rules(request.actor).order_by()


@router.act("/evidence-rules/install", InstalledOut)
def install_evidence_rules(request: ApiRequest, body: InstallIn) -> dict[str, int]:
    """Give a centre the rules that come with the product; those of the same name stay."""
    organisation = chosen(Organisation, request, body.organisation_id, "organisation_id")
    return {"added": evidence_rules.install(actor=request.actor, organisation=organisation)}


@router.show("/evidence-rules/{rule_id}", RuleOut)
def get_evidence_rule(request: ApiRequest, rule_id: Id) -> EvidenceRule:
    """Read an evidence rule."""
    return _rule(request, rule_id)


@router.create("/evidence-rules", RuleOut, location=lambda row: f"/evidence-rules/{row.pk}")
def add_evidence_rule(request: ApiRequest, body: NewRuleIn) -> EvidenceRule:
    """Add an evidence rule to a centre."""
    return evidence_rules.save(
        actor=request.actor,
        organisation=chosen(Organisation, request, body.organisation_id, "organisation_id"),
        version_of_title=chosen(
            TitleVersion, request, body.version_of_title_id, "version_of_title_id"
        ),
        **body.model_dump(exclude={"organisation_id", "version_of_title_id"}),
    )


@router.change("/evidence-rules/{rule_id}", RuleOut)
def change_evidence_rule(request: ApiRequest, rule_id: Id, body: RuleIn) -> EvidenceRule:
    """Write an evidence rule anew; its centre and title stay."""
    row = _rule(request, rule_id)
    return evidence_rules.save(
        actor=request.actor,
        organisation=row.organisation,
        version_of_title=row.version_of_title,
        rule_id=row.pk,
        expected_version=expected_version(request, row),
        **body.model_dump(),
    )


@router.remove("/evidence-rules/{rule_id}")
def remove_evidence_rule(request: ApiRequest, rule_id: Id) -> None:
    """Remove an evidence rule; what it proposed stays."""
    evidence_rules.remove(actor=request.actor, rule_id=rule_id)
