"""Attestations by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core import files
from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Organisation, Person
from compagnon.titles.models import Attestation
from compagnon.titles.queries import outcomes as queries
from compagnon.titles.services import outcomes as services

router = Routes(tag="attestations")

KindName = Literal["title", "ccp", "ccs"]
Line = r"^[^\x00-\x1f\x7f]*$"


class AttestationOut(Schema):
    """An attestation of the register."""

    id: int
    reference: str = Field(examples=["AT-2026-3-00012"])
    kind: KindName
    organisation_id: int
    person_id: int | None
    holder: str = Field(examples=["Claire Moreau"])
    title_code: str = Field(examples=["TP-00485"])
    title_name: str
    element_code: str = Field(examples=["CCP 1"])
    element_name: str
    decided_on: date
    decision: str
    language: str
    issued_at: datetime
    withdrawn_at: datetime | None
    verification_url: str
    sha256: str = Field(description="Digest of the signed PDF.")
    credential: dict[str, Any] = Field(description="The signed credential (Open Badges 3.0).")

    @staticmethod
    def resolve_verification_url(obj: Attestation) -> str:
        """The public page."""
        return services.public_address("titles:verify_attestation", obj.token)

    @staticmethod
    def resolve_sha256(obj: Attestation) -> str:
        """The file's name in the store."""
        return obj.file.sha256


class AttestationQuery(ListQuery):
    """Which attestations, in which order."""

    q: Annotated[
        str, Field(max_length=100, pattern=r"^[^\x00]*$", description="Number, name or code.")
    ] = ""
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    person: Annotated[Id | None, FilterLookup("person_id")] = None
    kind: Annotated[KindName | None, FilterLookup("kind")] = None
    withdrawn: bool | None = None
    ordering: Literal["-issued_at", "issued_at"] = "-issued_at"

    def filter_q(self, value: str) -> Q:
        """Number, name or code."""
        return queries.matching(value)

    def filter_withdrawn(self, value: bool | None) -> Q:
        """Withdrawn, or in force."""
        return Q() if value is None else Q(withdrawn_at__isnull=not value)


class IssueIn(Body):
    """What is attested."""

    organisation_id: Id
    kind: KindName
    holder: Annotated[str, Field(max_length=150, pattern=Line, examples=["Claire Moreau"])]
    title_code: Annotated[str, Field(max_length=20, pattern=Line, examples=["TP-00485"])]
    title_name: Annotated[
        str,
        Field(
            max_length=200,
            pattern=Line,
            examples=["Technicien supérieur de support en informatique"],
        ),
    ]
    decided_on: Annotated[date, Field(examples=["2026-10-02"])]
    element_code: Annotated[str, Field(max_length=20, pattern=Line)] = ""
    element_name: Annotated[str, Field(max_length=300, pattern=Line)] = ""
    version: Annotated[str, Field(max_length=60, pattern=Line)] = ""
    level: Annotated[str, Field(max_length=60, pattern=Line)] = ""
    decision: Annotated[str, Field(max_length=80, pattern=Line)] = ""
    person_id: Id | None = None
    language: Literal["fr", "en"] = "fr"


class WithdrawIn(Body):
    """Why it is withdrawn."""

    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=2000,
            pattern=r"^[^\x00]*$",
            examples=["Issued for another person"],
        ),
    ]


@router.index("/attestations", AttestationOut)
def list_attestations(request: ApiRequest, query: Query[AttestationQuery]) -> QuerySet[Attestation]:
    """List the attestations of your centres, and your own."""
    return queries.attestations(request.actor)


@router.show("/attestations/{attestation_id}", AttestationOut)
def get_attestation(request: ApiRequest, attestation_id: Id) -> Attestation:
    """Read an attestation."""
    return get_visible(
        Attestation, request.actor, queries.attestations(request.actor), pk=attestation_id
    )


@router.create("/attestations", AttestationOut, location=lambda row: f"/attestations/{row.pk}")
def issue_attestation(request: ApiRequest, body: IssueIn) -> Attestation:
    """Issue an attestation: numbered, signed, kept for ever.

    A whole title has no `element_code`; a certificate has its own («CCP 1», «CCS 1») and its name.
    """
    values = body.model_dump(exclude={"organisation_id", "person_id"})
    return services.issue_attestation(
        actor=request.actor,
        organisation=_chosen(Organisation, request, body.organisation_id, "organisation_id"),
        person=_chosen(Person, request, body.person_id, "person_id") if body.person_id else None,
        **values,
    )


@router.act("/attestations/{attestation_id}/withdraw", AttestationOut)
def withdraw_attestation(request: ApiRequest, attestation_id: Id, body: WithdrawIn) -> Attestation:
    """Withdraw an attestation, for ever."""
    row = services.withdraw_attestation(
        actor=request.actor, attestation_id=attestation_id, reason=body.reason
    )
    return queries.attestations(request.actor).get(pk=row.pk)


@router.download("/attestations/{attestation_id}/file")
def get_attestation_file(request: ApiRequest, attestation_id: Id) -> FileResponse:
    """Download the signed PDF."""
    row = get_visible(Attestation, request.actor, pk=attestation_id)
    return files.serve(row.file, name=f"{row.reference}.pdf")


@router.download("/booklets/{person_id}")
def get_booklet(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Download the booklet of what a person gained, as far as you see it."""
    content = queries.booklet_of(
        request.actor, Person(pk=person_id), language=translation.get_language() or "fr"
    )
    return HttpResponse(content, content_type="application/pdf")


def _chosen(model: Any, request: ApiRequest, key: int, name: str) -> Any:
    row = visible(model, request.actor).filter(pk=key).first()
    if row is None:
        raise Invalid(fields={name: [_("There is none that you see.")]})
    return row
