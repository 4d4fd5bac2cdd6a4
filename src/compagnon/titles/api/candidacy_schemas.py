"""What the API of candidacies takes and shows."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.conf import settings
from ninja import Schema
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from compagnon.core.api import Body, FilterLookup, Id, ListQuery
from compagnon.titles.models import AdmissibilityNotice, Candidacy

Text = r"^[^\x00]*$"
PathName = Literal["continuous", "discontinuous", "vae", "ccs"]
StateName = Literal["enrolled", "training", "ready", "decided", "withdrawn"]
Line = Annotated[str, Field(max_length=200, pattern=Text)]


class CandidacyFileIn(Body):
    """A file, in base 64."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=Text)]
    content_base64: Annotated[str, Field(max_length=settings.FILE_MAX_BYTES * 4 // 3 + 4)]

    @field_validator("content_base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise PydanticCustomError("not_base64", "This must be base64.") from None
        return value

    def content(self) -> bytes:
        """Give the bytes."""
        return base64.b64decode(self.content_base64)


class CandidacyOut(Schema):
    """A candidacy."""

    id: int
    reference: str
    person_id: int
    organisation_id: int
    version_of_title_id: int
    path: str
    state: str
    aimed: list[int] = Field(description="The certificates that it goes for.")
    trainer_id: int | None
    starts_on: date
    ends_on: date | None
    plan: str
    identity_document: str
    identity_checked_at: datetime | None
    keep_until: date | None
    version: int

    @staticmethod
    def resolve_aimed(obj: Candidacy) -> list[int]:
        """Give the certificates' keys."""
        return sorted(one.pk for one in obj.aimed.all())


class CandidacyQuery(ListQuery):
    """Which candidacies, in which order."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    person: Annotated[Id | None, FilterLookup("person_id")] = None
    version_of_title: Annotated[Id | None, FilterLookup("version_of_title_id")] = None
    path: Annotated[PathName | None, FilterLookup("path")] = None
    state: Annotated[StateName | None, FilterLookup("state")] = None
    ordering: Literal["-starts_on", "starts_on"] = "-starts_on"


class EnrolIn(Body):
    """Who goes for what."""

    person_id: Id
    organisation_id: Id
    version_of_title_id: Id
    path: PathName
    starts_on: Annotated[date, Field(examples=["2026-01-05"])]
    ends_on: date | None = None
    aimed: Annotated[
        list[Id], Field(max_length=50, description="Certificates; none: every CCP of the title.")
    ] = []
    trainer_id: Id | None = None
    plan: Annotated[str, Field(max_length=20_000, pattern=Text)] = ""


class CandidacyMoveIn(Body):
    """Where it goes."""

    state: Literal["enrolled", "training", "ready", "withdrawn"]


class IdentityIn(Body):
    """On which document."""

    document: Literal["id_card", "passport", "residence", "licence"]


class PeriodOut(Schema):
    """A stretch of the plan."""

    id: int
    kind: str
    starts_on: date
    ends_on: date
    hours: int
    subject: str
    company_id: int | None
    tutor_id: int | None


class PeriodIn(Body):
    """A stretch to plan."""

    kind: Literal["centre", "company"]
    starts_on: date
    ends_on: date
    hours: Annotated[int, Field(ge=0, le=5000)] = 0
    subject: Line = ""
    company_id: Id | None = None
    tutor_id: Id | None = None


class AbsenceOut(Schema):
    """Time away."""

    id: int
    starts_at: datetime
    ends_at: datetime
    is_justified: bool


class AbsenceIn(Body):
    """Time away; never why."""

    starts_at: datetime
    ends_at: datetime
    is_justified: bool = False


class JustifyIn(Body):
    """Whether it is justified."""

    is_justified: bool


class AccommodationOut(Schema):
    """What sessions are adjusted with."""

    id: int
    kind: str
    extra_percent: int
    details: str
    granted_on: date
    valid_to: date | None


class AccommodationIn(Body):
    """What to adjust; never for which handicap."""

    kind: Literal["extra_time", "equipment", "assistant", "room", "documents"]
    granted_on: date
    valid_to: date | None = None
    extra_percent: Annotated[int, Field(ge=0, le=200)] = 0
    details: Annotated[str, Field(max_length=300, pattern=Text)] = ""


class AdmissibilityOut(Schema):
    """The application for VAE and its answer."""

    id: int
    asked_on: date
    state: str
    notified_on: date | None
    valid_to: date | None
    has_file: bool

    @staticmethod
    def resolve_has_file(obj: AdmissibilityNotice) -> bool:
        """Tell whether the document is here."""
        return obj.file_id is not None


class AskIn(Body):
    """When it was asked."""

    asked_on: date


class CandidacyAnswerIn(Body):
    """What was answered."""

    state: Literal["admissible", "refused"]
    notified_on: date
    valid_to: date | None = None
    file: CandidacyFileIn | None = None


class ExperienceOut(Schema):
    """A stretch of work."""

    id: int
    employer: str
    role: str
    is_volunteer: bool
    starts_on: date
    ends_on: date | None
    weekly_hours: Decimal


class ExperienceIn(Body):
    """A stretch of work, with what proves it."""

    employer: Line
    role: Line
    starts_on: date
    ends_on: date | None = None
    weekly_hours: Annotated[Decimal, Field(gt=0, le=60, max_digits=4, decimal_places=1)] = Decimal(
        35
    )
    is_volunteer: bool = False
    file: CandidacyFileIn | None = None


class HeldOut(Schema):
    """A certificate, or a whole title, that a person gained."""

    id: int
    person_id: int
    organisation_id: int
    version_of_title_id: int
    certificate_id: int | None = Field(description="None: the whole title.")
    gained_on: date
    origin: str
    decision_reference: str


class HeldIn(Body):
    """A certificate to record, known by a document."""

    version_of_title_id: Id
    certificate_id: Id | None = None
    gained_on: date
    file: CandidacyFileIn | None = None


class HeldQuery(ListQuery):
    """Whose."""

    person: Annotated[Id | None, FilterLookup("person_id")] = None
    ordering: Literal["gained_on", "-gained_on"] = "gained_on"


class FileOfCandidacy(Schema):
    """What hangs on a candidacy, as far as you see it."""

    periods: list[PeriodOut]
    absences: list[AbsenceOut]
    accommodations: list[AccommodationOut]
    experiences: list[ExperienceOut]
    notice: AdmissibilityOut | None
    held: list[HeldOut]
    window_ends_on: date | None = Field(description="The last day to gain the rest of the title.")
    window_days_left: int | None


class ProposedOut(Schema):
    """How many pieces of work were proposed."""

    proposed: int


class KeepIn(Body):
    """Until when."""

    day: Annotated[date, Field(examples=["2031-12-31"])]
