"""Each organisation's priorities and delays by API."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Id, Routes
from compagnon.core.errors import Refused
from compagnon.core.visibility import get_visible
from compagnon.desk import queries
from compagnon.desk.rules import MATRIX
from compagnon.desk.services.settings import set_rules
from compagnon.people.models import Organisation

router = Routes(tag="desk settings")

Cell = Annotated[int, Field(ge=1, le=5)]
Matrix = Annotated[
    list[Annotated[list[Cell], Field(min_length=3, max_length=3)]],
    Field(
        min_length=3,
        max_length=3,
        description="Rows are impacts 1 to 3, columns urgencies 1 to 3, cells priorities 1 to 5.",
        examples=[[[1, 2, 3], [2, 3, 4], [3, 4, 5]]],
    ),
]


class RulesOut(Schema):
    """The rules that apply to an organisation."""

    organisation_id: int
    decided_by: int | None = Field(description="The organisation that decided; null: standard.")
    matrix: list[list[int]]
    close_after_days: int
    reopen_within_days: int


class RulesIn(Body):
    """The rules to decide; without a matrix, the standard one."""

    matrix: Matrix | None = None
    close_after_days: Annotated[int, Field(ge=1, le=90)] = 5
    reopen_within_days: Annotated[int, Field(ge=0, le=365)] = 14


def _answer(organisation: Organisation) -> dict[str, Any]:
    ((_one, rules, origin),) = queries.rules_in_force([organisation])
    return {
        "organisation_id": organisation.pk,
        "decided_by": origin.pk if origin else None,
        "matrix": rules.matrix or [list(row) for row in MATRIX],
        "close_after_days": rules.close_after_days,
        "reopen_within_days": rules.reopen_within_days,
    }


@router.show("/organisations/{organisation_id}/desk-rules", RulesOut)
def get_desk_rules(request: ApiRequest, organisation_id: Id) -> dict[str, Any]:
    """Read the priorities and delays that apply to an organisation."""
    organisation = get_visible(Organisation, request.actor, pk=organisation_id)
    scope = request.actor.scope
    if not (
        scope.allows("ticket.view", organisation.pk)
        or scope.allows("desk.configure", organisation.pk)
    ):
        raise Refused
    return _answer(organisation)


@router.act("/organisations/{organisation_id}/desk-rules", RulesOut)
def set_desk_rules(request: ApiRequest, organisation_id: Id, body: RulesIn) -> dict[str, Any]:
    """Decide an organisation's priorities and delays."""
    organisation = get_visible(Organisation, request.actor, pk=organisation_id)
    set_rules(actor=request.actor, organisation=organisation, **body.model_dump())
    return _answer(organisation)
