"""Referentials by API: the same verbs as the pages."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.titles import policies
from compagnon.titles import showing_referentials as showing
from compagnon.titles.importing import document as importing
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.telling import document_of
from compagnon.titles.models import Certificate, Correspondence, Title, TitleVersion
from compagnon.titles.queries import referentials as queries
from compagnon.titles.services import referentials as services

router = Routes(tag="referentials")
MOST_SHEETS = 20
Kind = Literal["reac", "descriptor", "annex", "rncp", "correspondence"]


class TitleOut(Schema):
    """A professional title."""

    id: int
    code: str = Field(examples=["TP-00485"])
    short_name: str
    name: str
    authority: str


class TitleQuery(ListQuery):
    """Which titles."""

    code: Annotated[str | None, Field(max_length=20), FilterLookup("code")] = None
    ordering: Literal["name", "-name", "code"] = "name"


class VersionOut(Schema):
    """A version of a title."""

    id: int
    title_id: int
    label: str = Field(examples=["2013"])
    name: str
    short_name: str
    printed_version: str = Field(examples=["08"])
    rncp_number: str
    validated_on: date | None
    updated_on: date | None
    valid_from: date | None
    valid_to: date | None
    requirement: dict[str, Any] = Field(description="On certificates; see requirement.schema.json.")


class VersionQuery(ListQuery):
    """Which versions."""

    title: Annotated[Id | None, FilterLookup("title_id")] = None
    ordering: Literal["id", "-id"] = "id"


class StructureOut(VersionOut):
    """A version with its tree."""

    classifications: list[dict[str, str]]
    texts: list[str]
    activities: list[dict[str, Any]]
    transversal: list[dict[str, Any]]


class CertificateRef(Schema):
    """A certificate, in short."""

    id: int
    kind: str
    number: int
    name: str


class CorrespondenceOut(Schema):
    """A line of a table: who held these is held to have those; no target, to have none."""

    id: int
    from_version_id: int
    to_version_id: int
    sources: list[CertificateRef]
    targets: list[CertificateRef]
    is_none: bool
    needs: str
    status: str
    doubt: str
    citation: str
    as_written: dict[str, Any]
    answer: str
    answered_at: datetime | None


class CorrespondenceQuery(ListQuery):
    """Which lines."""

    status: Annotated[Literal["settled", "unclear"] | None, FilterLookup("status")] = None
    from_version: Annotated[Id | None, FilterLookup("from_version_id")] = None
    to_version: Annotated[Id | None, FilterLookup("to_version_id")] = None
    ordering: Literal["id", "-id"] = "id"


class AnswerIn(Body):
    """What an unclear line means."""

    needs: Literal["all", "any"]
    target_ids: Annotated[list[Id], Field(max_length=100, description="Empty: they have none.")]
    reason: Annotated[str, Field(max_length=2000, examples=["Courrier de la DGEFP du 3 mars"])]


class DocumentIn(Body):
    """An official document."""

    name: Annotated[str, Field(max_length=200, examples=["reac.txt"])]
    content_base64: Annotated[str, Field(max_length=settings.FILE_MAX_BYTES * 4 // 3 + 4)]
    kind: Kind | None = None
    dry_run: bool = False

    @field_validator("content_base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            raise PydanticCustomError("not_base64", "This must be base64.") from None
        return value


class DocumentOut(Schema):
    """What was recognised, with the loss report, and what was written."""

    items: list[dict[str, Any]]


@router.index("/titles", TitleOut)
def list_titles(request: ApiRequest, query: Query[TitleQuery]) -> QuerySet[Title]:
    """List the professional titles."""
    return visible(Title, request.actor)


@router.index("/title-versions", VersionOut)
def list_title_versions(request: ApiRequest, query: Query[VersionQuery]) -> QuerySet[TitleVersion]:
    """List the versions of titles."""
    return visible(TitleVersion, request.actor)


@router.show("/title-versions/{version_id}", StructureOut)
def show_title_version(request: ApiRequest, version_id: Id) -> dict[str, Any]:
    """Give a version with its activity types, certificates, competences and criteria."""
    row = queries.version(request.actor, version_id)
    return {
        **VersionOut.from_orm(row).dict(),
        **queries.structure(row),
        "classifications": [
            {"scheme": one.scheme, "edition": one.edition, "code": one.code, "label": one.label}
            for one in row.classifications.all()
        ],
        "texts": [one.reference for one in row.legal_texts.all()],
    }


@router.index("/correspondences", CorrespondenceOut)
def list_correspondences(
    request: ApiRequest, query: Query[CorrespondenceQuery]
) -> QuerySet[Correspondence]:
    """List what certificates of one version are worth under another."""
    return queries.correspondences(request.actor).order_by()


@router.act("/correspondences/{correspondence_id}/answer", CorrespondenceOut)
def answer_correspondence(
    request: ApiRequest, correspondence_id: Id, body: AnswerIn
) -> Correspondence:
    """Settle a line that its text leaves open."""
    actor = request.actor
    row = get_visible(Correspondence, actor, pk=correspondence_id)
    targets = list(visible(Certificate, actor).filter(pk__in=body.target_ids))
    if len(targets) != len(set(body.target_ids)):
        raise Invalid(fields={"target_ids": ["unknown certificate"]})
    services.answer_correspondence(
        actor=actor, correspondence=row, needs=body.needs, targets=targets, reason=body.reason
    )
    return get_visible(Correspondence, actor, queries.correspondences(actor), pk=row.pk)


@router.act("/title-documents", DocumentOut)
def import_title_document(request: ApiRequest, body: DocumentIn) -> dict[str, Any]:
    """Import an official document; with `dry_run`, only say what it holds."""
    actor = request.actor
    policies.check_manage_referentials(actor)
    content = base64.b64decode(body.content_base64)
    try:
        found = importing.read(content, name=body.name, kind=body.kind)
    except Unreadable as error:
        told = showing.refusal(error.code, error.detail)
        raise Invalid(told, code=error.code, fields={"content_base64": [told]}) from None
    if len(found) > MOST_SHEETS:
        raise Invalid(fields={"content_base64": [f"{len(found)} > {MOST_SHEETS}"]})
    items = []
    for one in found:
        item = document_of(one)
        if not body.dry_run and (one.activities or one.correspondences):
            done = services.import_document(actor=actor, found=one, name=body.name, content=content)
            item["written"] = {
                "version_id": done.version.pk, "new_version": done.is_new,
                "changed": done.changed, "unmatched": done.unmatched,
            }  # fmt: skip
        items.append(item)
    return {"items": items}
