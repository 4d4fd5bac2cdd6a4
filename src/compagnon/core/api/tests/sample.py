"""A small API to try the machinery on: sites kept in the database, a note kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.urls import path
from ninja import File, Form, Query, Schema, UploadedFile

from compagnon.config.urls import urlpatterns as real
from compagnon.core.api import (
    ApiRequest,
    Body,
    FilterLookup,
    Id,
    ListQuery,
    Routes,
    expected_version,
)
from compagnon.core.api.openapi import Api
from compagnon.core.errors import Conflict, NotFound, Refused, Stale
from compagnon.people.models import Organisation, Site

router = Routes(tag="samples")


class SiteOut(Schema):
    id: int
    name: str
    organisation_id: int


class SiteIn(Body):
    name: str
    organisation_id: Id


class SiteQuery(ListQuery):
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["name", "-name", "person"] = "name"
    columns = {"person": "persons__id"}


@dataclass
class Note:
    id: int = 1
    text: str = "first"
    version: int = 1


class NoteOut(Schema):
    id: int
    text: str
    version: int


class NoteIn(Body):
    text: str


NOTES = {1: Note()}


@router.index("/sites", SiteOut)
def list_sites(request: ApiRequest, query: Query[SiteQuery]) -> QuerySet[Site]:
    """List the sites."""
    return Site.objects.all()


@router.create("/sites", SiteOut, location=lambda site: f"/sites/{site.pk}")
def create_site(request: ApiRequest, body: SiteIn) -> Site:
    """Make a site."""
    if body.name == "refused":
        raise Refused("not that name")
    site = Site(**body.model_dump())
    site.full_clean()
    site.save()
    if body.name == "late":
        raise Conflict("too late")
    if body.name == "boom":
        raise RuntimeError("secret detail")
    return site


class FileOut(Schema):
    name: str
    size: int


@router.create("/files", FileOut)
def create_file(
    request: ApiRequest, note: Form[str], file: File[UploadedFile]
) -> dict[str, object]:
    """Send a file."""
    return {"name": f"{note}: {file.name}", "size": len(file.read())}


@router.show("/notes/{note_id}", NoteOut)
def get_note(request: ApiRequest, note_id: Id) -> Note:
    """Read a note.

    Longer words on it.
    """
    if note_id not in NOTES:
        raise NotFound
    return NOTES[note_id]


@router.change("/notes/{note_id}", NoteOut)
def change_note(request: ApiRequest, note_id: Id, body: NoteIn) -> Note:
    """Change a note."""
    note = NOTES[note_id]
    version = expected_version(request, note)
    if version is not None and version != note.version:
        raise Stale
    note.text, note.version = body.text, note.version + 1
    return note


@router.remove("/notes/{note_id}")
def delete_note(request: ApiRequest, note_id: Id) -> None:
    """Delete a note."""
    NOTES.pop(note_id)


api = Api(title="Sample", version="1", description="Sample")
api.add_router("", router)
urlpatterns = [path("api/v1/", api.urls), *real]


def organisation(name: str = "Fonderie du Val") -> Organisation:
    return Organisation.objects.get_or_create(name=name, defaults={"path": "/1/"})[0]
