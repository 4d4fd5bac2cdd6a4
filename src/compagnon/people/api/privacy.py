"""Personal data by API: the register, terms, what is kept of a person, export, erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.people import personal_words, policies
from compagnon.people.models import Erasure, Person
from compagnon.people.models.personal import LONGEST_DAYS
from compagnon.people.services import personal
from compagnon.people.views.privacy import archive

router = Routes(tag="personal data")


class HoldingOut(Schema):
    """A kind of personal data, as the register of processing lists it."""

    key: str
    title: str
    concerned: str
    content: str
    purpose: str
    basis: str
    recipients: str
    days: int | None = Field(description="Kept so long; null: no term.")
    since: str = Field(description="From when the term runs.")
    may_expire: bool
    stays: str = Field(description="What stays after an erasure, and why.")


class RegisterOut(Schema):
    """The register."""

    items: list[HoldingOut]


class TermPatch(Body):
    """A term; null: none."""

    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS, examples=[730])] | None


class KeptDataOut(Schema):
    """How much there is of one kind of a person's data."""

    key: str
    title: str
    count: int
    goes: bool = Field(description="Whether an erasure takes it away.")
    stays: str


class PersonDataOut(Schema):
    """What is kept of a person, and what must end before they can be erased."""

    person_id: int
    hindrances: list[str]
    items: list[KeptDataOut]


class ErasureIn(Body):
    """Why a person is erased, without their name: it stays."""

    reason: Annotated[str, Field(max_length=500, examples=["Demande écrite du 3 mars"])] = ""


class TraceOut(Schema):
    """Rows of a column that held the person's name or address."""

    place: str
    rows: int


class ErasureOut(Schema):
    """An erasure, how far it is, and its proof."""

    id: int
    person_id: int
    organisation_id: int
    reason: str
    state: str
    asked_by_id: int | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    erased: dict[str, int] = Field(description="Rows by kind of data.")
    found: list[TraceOut] = Field(description="Where a search met the person before.")
    left: list[TraceOut] = Field(description="And after.")
    journal: dict[str, Any] = Field(description="Entries, their digest, whether untouched.")
    error: str


class ErasureQuery(ListQuery):
    """Which erasures."""

    state: Literal["waiting", "running", "done", "failed"] | None = None
    person: Annotated[Id | None, FilterLookup("person_id")] = None
    ordering: Literal["asked_at", "-asked_at"] = "-asked_at"


def _check(request: ApiRequest) -> None:
    if not request.actor.scope.allows_somewhere(personal.VERB):
        raise Refused(_("Your roles do not allow this."))


def _line(line: personal_words.Line) -> dict[str, Any]:
    one = line.holding
    texts = ("title", "concerned", "content", "purpose", "recipients", "since", "stays")
    return {
        "key": one.key,
        "basis": one.basis.value,
        "days": line.days if line.may_expire else None,
        "may_expire": line.may_expire,
        **{name: str(getattr(one, name)) for name in texts},
    }


@router.show("/privacy/register", RegisterOut)
def get_register(request: ApiRequest) -> dict[str, Any]:
    """Read the register of personal data."""
    _check(request)
    return {"items": [_line(line) for line in personal_words.lines()]}


@router.change("/privacy/register/{key}", HoldingOut)
def change_term(
    request: ApiRequest, key: Annotated[str, Field(max_length=60)], body: TermPatch
) -> dict[str, Any]:
    """Choose for how long a kind of personal data is kept."""
    _check(request)
    personal.set_term(actor=request.actor, key=key, days=body.days)
    found = next((line for line in personal_words.lines() if line.holding.key == key), None)
    if found is None:
        raise NotFound
    return _line(found)


@router.show("/persons/{person_id}/data", PersonDataOut)
def get_person_data(request: ApiRequest, person_id: Id) -> dict[str, Any]:
    """Count what is kept of a person, kind by kind; of yourself too."""
    person = get_visible(Person, request.actor, pk=person_id)
    personal.check(request.actor, person)
    return {
        "person_id": person.pk,
        "hindrances": personal.hindrances(person),
        "items": [
            {
                "key": one.holding.key,
                "title": str(one.holding.title),
                "count": one.count,
                "goes": not one.stays,
                "stays": str(one.holding.stays),
            }
            for one in personal.kept(person)
        ],
    }


@router.download("/persons/{person_id}/data/archive")
def get_person_archive(request: ApiRequest, person_id: Id) -> FileResponse:
    """Fetch a copy of everything that is kept of a person, as a ZIP archive."""
    return archive(request.actor, get_visible(Person, request.actor, pk=person_id))


@router.index("/erasures", ErasureOut)
def list_erasures(request: ApiRequest, query: Query[ErasureQuery]) -> QuerySet[Erasure]:
    """List the erasures."""
    _check(request)
    return visible(Erasure, request.actor)


@router.show("/erasures/{erasure_id}", ErasureOut)
def get_erasure(request: ApiRequest, erasure_id: Id) -> Erasure:
    """Read an erasure, with its proof."""
    return get_visible(Erasure, request.actor, pk=erasure_id)


@router.create(
    "/persons/{person_id}/erasures", ErasureOut, location=lambda row: f"/erasures/{row.pk}"
)
def ask_erasure(request: ApiRequest, person_id: Id, body: ErasureIn) -> Erasure:
    """Have everything that is kept of a person erased, but proofs. It cannot be undone."""
    person = get_visible(Person, request.actor, pk=person_id)
    policies.check(request.actor, personal.VERB, person.organisation_id)
    return personal.ask_erasure(actor=request.actor, person=person, reason=body.reason)
