"""Practice dossiers by API: the same reads and verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.titles import exporting_dossiers as exporting
from compagnon.titles.api.candidacies import chosen
from compagnon.titles.api.candidacy_schemas import CandidacyFileIn, Text
from compagnon.titles.models import ActivityType, Annex, Dossier, Evidence, Example
from compagnon.titles.queries import candidacies
from compagnon.titles.queries import dossiers as queries
from compagnon.titles.services import dossiers as services

router = Routes(tag="dossiers")

Long = Annotated[str, Field(max_length=20_000, pattern=Text)]
Part = Annotated[str, Field(max_length=10_000, pattern=Text)]


class ExampleOut(Schema):
    """An example of practice."""

    id: int
    activity_id: int
    position: int
    title: str
    did: str
    means: str
    with_whom: str
    context: str
    more: str
    evidence: list[int]

    @staticmethod
    def resolve_evidence(obj: Example) -> list[int]:
        """Give the evidence's keys."""
        return sorted(one.pk for one in obj.evidence.all())


class AnnexOut(Schema):
    """A document at the end."""

    id: int
    name: str
    sha256: str

    @staticmethod
    def resolve_sha256(obj: Annex) -> str:
        """Give its digest."""
        return obj.file.sha256


class DossierOut(Schema):
    """A practice dossier."""

    id: int
    candidacy_id: int
    introduction: str
    diplomas: str
    declared_at: datetime | None
    declared_at_place: str
    seal: str
    version: int


class DossierWhole(DossierOut):
    """A practice dossier with what it holds."""

    examples: list[ExampleOut]
    annexes: list[AnnexOut]
    intact: bool | None = Field(description="What was declared is what is there now.")


class DossierWriteIn(Body):
    """What stands before the examples; what is absent stays."""

    introduction: Long | None = None
    diplomas: Annotated[str, Field(max_length=5_000, pattern=Text)] | None = None


class ExampleIn(Body):
    """An example; texts that are absent come from its first piece of evidence, or stay."""

    activity_id: Id
    title: Annotated[str, Field(max_length=200, pattern=Text)] | None = None
    did: Long | None = None
    means: Part | None = None
    with_whom: Part | None = None
    context: Part | None = None
    more: Part | None = None
    evidence: Annotated[list[Id], Field(max_length=100)] | None = None

    def texts(self) -> dict[str, str]:
        """Give the texts that were sent."""
        told = {name: getattr(self, name) for name in services.TEXTS}
        return {name: text for name, text in told.items() if text is not None}


class DeclareIn(Body):
    """Where it is declared."""

    place: Annotated[str, Field(min_length=1, max_length=80, pattern=Text, examples=["Lyon"])]


def _whole(request: ApiRequest, candidacy_id: int) -> dict[str, Any]:
    row = candidacies.candidacy(request.actor, candidacy_id)
    whole = queries.dossier(request.actor, row)
    if whole.dossier is None:
        raise NotFound
    return {
        **{name: getattr(whole.dossier, name) for name in DossierOut.model_fields},
        "examples": [one for part in whole.parts for one in part.examples],
        "annexes": list(whole.annexes),
        "intact": whole.is_intact,
    }


def _dossier(request: ApiRequest, candidacy_id: int) -> Dossier:
    row = candidacies.candidacy(request.actor, candidacy_id)
    found = queries.dossier(request.actor, row).dossier
    return found if found is not None else Dossier(candidacy=row)


@router.show("/candidacies/{candidacy_id}/dossier", DossierWhole)
def get_dossier(request: ApiRequest, candidacy_id: Id) -> dict[str, Any]:
    """Read a practice dossier."""
    return _whole(request, candidacy_id)


@router.change("/candidacies/{candidacy_id}/dossier", DossierOut)
def write_dossier(request: ApiRequest, candidacy_id: Id, body: DossierWriteIn) -> Dossier:
    """Write what stands before the examples; the dossier is made where there is none."""
    given = body.model_dump(exclude_none=True)
    return services.write(
        actor=request.actor,
        candidacy_id=candidacy_id,
        texts=given,
        expected_version=expected_version(request, _dossier(request, candidacy_id)),
    )


@router.create("/candidacies/{candidacy_id}/dossier/examples", ExampleOut)
def add_example(request: ApiRequest, candidacy_id: Id, body: ExampleIn) -> Example:
    """Add an example of practice; without texts it takes those of its first evidence."""
    return _write(request, candidacy_id, body, None)


@router.change("/candidacies/{candidacy_id}/dossier/examples/{example_id}", ExampleOut)
def change_example(
    request: ApiRequest, candidacy_id: Id, example_id: Id, body: ExampleIn
) -> Example:
    """Change an example of practice."""
    return _write(request, candidacy_id, body, example_id)


def _write(
    request: ApiRequest, candidacy_id: int, body: ExampleIn, example_id: int | None
) -> Example:
    evidence = None
    if body.evidence is not None:
        evidence = list(visible(Evidence, request.actor).filter(pk__in=body.evidence))
        if len(evidence) != len(set(body.evidence)):
            raise Invalid(fields={"evidence": [_("There is none that you see.")]})
    return services.write_example(
        actor=request.actor,
        candidacy_id=candidacy_id,
        activity=chosen(ActivityType, request, body.activity_id, "activity_id"),
        texts=body.texts(),
        evidence=evidence,
        example_id=example_id,
    )


@router.remove("/candidacies/{candidacy_id}/dossier/examples/{example_id}")
def drop_example(request: ApiRequest, candidacy_id: Id, example_id: Id) -> None:
    """Take an example out; its evidence stays."""
    services.drop_example(actor=request.actor, candidacy_id=candidacy_id, example_id=example_id)


@router.create("/candidacies/{candidacy_id}/dossier/annexes", AnnexOut)
def add_annex(request: ApiRequest, candidacy_id: Id, body: CandidacyFileIn) -> Annex:
    """Put a document at the end of the dossier."""
    return services.add_annex(
        actor=request.actor, candidacy_id=candidacy_id, name=body.name, content=body.content()
    )


@router.download("/candidacies/{candidacy_id}/dossier/annexes/{annex_id}")
def get_annex(request: ApiRequest, candidacy_id: Id, annex_id: Id) -> FileResponse:
    """Download an annex."""
    rows = Annex.objects.select_related("file")
    found = get_visible(Annex, request.actor, rows, pk=annex_id, dossier__candidacy_id=candidacy_id)
    return files.serve(found.file, name=found.name)


@router.remove("/candidacies/{candidacy_id}/dossier/annexes/{annex_id}")
def drop_annex(request: ApiRequest, candidacy_id: Id, annex_id: Id) -> None:
    """Take a document out."""
    services.drop_annex(actor=request.actor, candidacy_id=candidacy_id, annex_id=annex_id)


@router.act("/candidacies/{candidacy_id}/dossier/declare", DossierOut)
def declare_dossier(request: ApiRequest, candidacy_id: Id, body: DeclareIn) -> Dossier:
    """Declare on your honour that the dossier is your own work; it is closed from then on."""
    return services.declare(actor=request.actor, candidacy_id=candidacy_id, place=body.place)


@router.act("/candidacies/{candidacy_id}/dossier/reopen", DossierOut)
def reopen_dossier(request: ApiRequest, candidacy_id: Id) -> Dossier:
    """Take back the declaration, to change the dossier."""
    return services.reopen(actor=request.actor, candidacy_id=candidacy_id)


@router.download("/candidacies/{candidacy_id}/dossier/pdf")
def get_dossier_pdf(request: ApiRequest, candidacy_id: Id) -> HttpResponse:
    """Download the dossier as a PDF/UA-1 with a table of contents."""
    return exporting.pdf_answer(request.actor, candidacies.candidacy(request.actor, candidacy_id))


@router.download("/candidacies/{candidacy_id}/dossier/archive")
def get_dossier_archive(request: ApiRequest, candidacy_id: Id) -> HttpResponse:
    """Download the dossier with its proofs: manifest, journal entries, files."""
    return exporting.archive_answer(
        request.actor, candidacies.candidacy(request.actor, candidacy_id)
    )
