"""Forms of request types by API: the draft, what follows, versions, export and import."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.contracts import policies
from compagnon.contracts.models import FormVersion, RequestForm, RequestType
from compagnon.contracts.services import request_forms as services
from compagnon.core.api import (
    ApiRequest,
    Body,
    FilterLookup,
    Id,
    ListQuery,
    Routes,
    expected_version,
)
from compagnon.core.visibility import get_visible, visible

router = Routes(tag="catalogue")
Document = dict[str, Any]


class RequestFormOut(Schema):
    """The draft of a form and what follows a request."""

    request_type_id: int
    definition: Document
    plan: Document
    published_number: int | None = Field(description="The version under which people ask.")
    changed_at: datetime | None
    version: int

    @staticmethod
    def resolve_published_number(obj: RequestForm) -> int | None:
        """The number of the published version."""
        return obj.published.number if obj.published else None


class FormVersionOut(Schema):
    """A form as it was published."""

    id: int
    request_type_id: int
    number: int
    definition: Document
    published_at: datetime

    @staticmethod
    def resolve_request_type_id(obj: FormVersion) -> int:
        """Whose form it is."""
        return obj.form.request_type_id


class FormVersionQuery(ListQuery):
    """Which versions; those of one type: ``?request_type=3``."""

    request_type: Annotated[Id | None, FilterLookup("form__request_type_id")] = None
    ordering: Literal["id", "-id"] = "-id"


class RequestFormIn(Body):
    """What to write; what is left out stays."""

    definition: Document | None = Field(
        default=None,
        examples=[
            {
                "sections": [
                    {
                        "key": "acces",
                        "title": {"fr": "Accès", "en": "Access"},
                        "fields": [
                            {
                                "key": "dossier", "kind": "text", "required": True,
                                "label": {"fr": "Quel dossier ?", "en": "Which folder?"},
                            }
                        ],
                    }
                ]
            }
        ],
    )  # fmt: skip
    plan: Document | None = None


class ImportFormIn(Body):
    """An exported form."""

    document: Document


class NothingIn(Body):
    """Nothing to say."""


class ExportedFormOut(Schema):
    """A form as another installation reads it."""

    format: str
    version: int
    form: Document
    plan: Document


def _type(request: ApiRequest, type_id: int) -> RequestType:
    return get_visible(RequestType, request.actor, pk=type_id)


def _form(request: ApiRequest, type_id: int) -> RequestForm:
    rows = RequestForm.objects.select_related("published")
    return get_visible(RequestForm, request.actor, rows, request_type_id=type_id)


@router.index("/form-versions", FormVersionOut)
def list_form_versions(
    request: ApiRequest, query: Query[FormVersionQuery]
) -> QuerySet[FormVersion]:
    """List the published forms; earlier versions for those who build them."""
    return visible(FormVersion, request.actor, FormVersion.objects.select_related("form"))


@router.show("/request-types/{type_id}/form", RequestFormOut)
def get_request_form(request: ApiRequest, type_id: Id) -> RequestForm:
    """Read the draft of a form."""
    return _form(request, type_id)


@router.change("/request-types/{type_id}/form", RequestFormOut)
def write_request_form(request: ApiRequest, type_id: Id, body: RequestFormIn) -> RequestForm:
    """Write the draft of a form, of what follows a request, or both."""
    request_type = _type(request, type_id)
    held = RequestForm.objects.filter(request_type=request_type).first()
    services.write_form(
        actor=request.actor,
        request_type=request_type,
        definition=body.definition,
        plan=body.plan,
        expected_version=expected_version(request, held) if held else None,
    )
    return _form(request, type_id)


@router.act("/request-types/{type_id}/form/publish", RequestFormOut)
def publish_request_form(request: ApiRequest, type_id: Id, body: NothingIn) -> RequestForm:
    """Publish the draft as a new version."""
    services.publish_form(actor=request.actor, request_type=_type(request, type_id))
    return _form(request, type_id)


@router.act("/request-types/{type_id}/form/withdraw", RequestFormOut)
def withdraw_request_form(request: ApiRequest, type_id: Id, body: NothingIn) -> RequestForm:
    """Offer the form no more; its draft stays."""
    services.withdraw_form(actor=request.actor, request_type=_type(request, type_id))
    return _form(request, type_id)


@router.show("/request-types/{type_id}/form/export", ExportedFormOut)
def export_request_form(request: ApiRequest, type_id: Id) -> Document:
    """Give the draft as a document that another installation reads."""
    policies.check_everywhere(request.actor, services.VERB)
    return services.exported(_form(request, type_id))


@router.act("/request-types/{type_id}/form/import", RequestFormOut)
def import_request_form(request: ApiRequest, type_id: Id, body: ImportFormIn) -> RequestForm:
    """Write the draft from an exported document."""
    services.import_form(
        actor=request.actor, request_type=_type(request, type_id), document=body.document
    )
    return _form(request, type_id)
