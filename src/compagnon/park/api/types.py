"""The own fields of types of assets, by API."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes, expected_version
from compagnon.core.visibility import get_visible
from compagnon.park.models import AssetType
from compagnon.park.services import assets

router = Routes(tag="park")


class FieldIn(Body):
    """One own field of a type."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["badge"])]
    label: Annotated[str, Field(min_length=1, max_length=80, examples=["Badge"])]
    kind: Literal["text", "number", "date", "choice", "yes_no"] = "text"
    required: bool = False
    choices: Annotated[list[str], Field(max_length=100)] = []


class FieldsIn(Body):
    """Every own field of a type, in order."""

    fields: Annotated[list[FieldIn], Field(max_length=40)]


class FieldsOut(Schema):
    """The own fields of a type."""

    id: int
    fields: list[dict[str, object]]
    version: int


@router.act("/asset-types/{type_id}/fields", FieldsOut)
def set_asset_type_fields(request: ApiRequest, type_id: Id, body: FieldsIn) -> AssetType:
    """Set the fields that assets of a type have beside everybody's."""
    row = get_visible(AssetType, request.actor, pk=type_id)
    fields = [
        {name: value for name, value in one.model_dump().items() if value != []}
        for one in body.fields
    ]
    return assets.change_type(
        actor=request.actor,
        row=row,
        values={"fields": fields},
        expected_version=expected_version(request, row),
    )
