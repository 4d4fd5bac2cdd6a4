"""Service contracts by API: the same services as the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query

from compagnon.contracts import policies, queries
from compagnon.contracts.api import schemas
from compagnon.contracts.api.schemas import check_period
from compagnon.contracts.models import Calendar, Commitment, ServiceContract
from compagnon.contracts.services import contracts as services
from compagnon.contracts.services.terms_writing import check_terms
from compagnon.contracts.what_if import what_if
from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, FilterLookup, Id, ListQuery, Routes
from compagnon.core.api import expected_version as expected
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.people.models import Organisation, Team

router = Routes(tag="contracts")


class ContractQuery(ListQuery):
    """What the list may be narrowed by."""

    client: Annotated[Id | None, FilterLookup("client_id")] = None
    provider: Annotated[Id | None, FilterLookup("provider_id")] = None
    kind: Annotated[Literal["sla", "ola", "underpinning"] | None, FilterLookup("kind")] = None
    state: Annotated[Literal["draft", "active", "ended"] | None, FilterLookup("state")] = None
    ordering: Literal["name", "-name", "starts_on", "-starts_on", "id", "-id"] = "name"


class CommitmentQuery(ListQuery):
    """What the list may be narrowed by."""

    contract: Annotated[Id | None, FilterLookup("contract_id")] = None
    measure: Annotated[schemas.MeasureName | None, FilterLookup("measure")] = None
    retired: bool | None = None
    ordering: Literal["id", "-id"] = "id"

    def filter_retired(self, value: bool | None) -> Q:
        """Keep those retired, or those in force."""
        return Q() if value is None else Q(retired_at__isnull=not value)


def _rows(actor: Actor) -> QuerySet[ServiceContract]:
    return queries.contracts(actor).prefetch_related(
        "pause_rules",
        Prefetch("commitments", Commitment.objects.filter(retired_at=None), to_attr="in_force"),
    )


def _one(request: ApiRequest, contract_id: int) -> ServiceContract:
    return queries.get_contract(request.actor, contract_id)


def _shown(request: ApiRequest, contract_id: int) -> ServiceContract:
    return _rows(request.actor).get(pk=contract_id)


@router.index("/contracts", schemas.ContractOut)
def list_contracts(request: ApiRequest, query: Query[ContractQuery]) -> QuerySet[ServiceContract]:
    """List the service contracts that you may see, with their commitments in force."""
    return _rows(request.actor)


@router.create("/contracts", schemas.ContractOut, location=lambda row: f"/contracts/{row.pk}")
def create_contract(request: ApiRequest, body: schemas.ContractIn) -> ServiceContract:
    """Write a draft; then its terms; then put it in force."""
    values = _parties(request.actor, body.model_dump())
    made = services.create(actor=request.actor, **values)
    return _shown(request, made.pk)


@router.show("/contracts/{contract_id}", schemas.ContractOut)
def get_contract(request: ApiRequest, contract_id: Id) -> ServiceContract:
    """Read a contract with its commitments in force."""
    _one(request, contract_id)
    return _shown(request, contract_id)


@router.change("/contracts/{contract_id}", schemas.ContractOut)
def change_contract(
    request: ApiRequest, contract_id: Id, body: schemas.ContractChange
) -> ServiceContract:
    """Change a contract beside its terms; its parties change only while it is a draft."""
    row = _one(request, contract_id)
    services.change(
        actor=request.actor,
        contract=row,
        changes=_parties(request.actor, body.model_dump(exclude_unset=True)),  # type: ignore[arg-type]
        expected_version=expected(request, row),
    )
    return _shown(request, contract_id)


@router.remove("/contracts/{contract_id}")
def delete_contract(request: ApiRequest, contract_id: Id) -> None:
    """Delete a draft."""
    row = _one(request, contract_id)
    expected(request, row)
    services.remove(actor=request.actor, contract=row)


@router.act("/contracts/{contract_id}/terms", schemas.ContractOut)
def change_contract_terms(
    request: ApiRequest, contract_id: Id, body: schemas.TermsIn
) -> ServiceContract:
    """Put new terms in force: calendar, commitments, pause rules, all as sent.

    Stopped clocks stay as they were counted; running ones follow from now. Weigh the same body
    with `what-if` first.
    """
    row = _one(request, contract_id)
    services.change_terms(
        actor=request.actor,
        contract=row,
        terms=body.terms(),
        expected_version=expected(request, row),
    )
    return _shown(request, contract_id)


@router.act("/contracts/{contract_id}/what-if", schemas.EffectOut)
def weigh_contract_terms(
    request: ApiRequest, contract_id: Id, body: schemas.WhatIfIn
) -> schemas.EffectOut:
    """Tell what terms would have done to past tickets: counted again, nothing changed."""
    row = _one(request, contract_id)
    policies.check_manage(request.actor, row)
    terms = body.terms.terms()
    check_terms(terms)
    check_period(body.since, body.until)
    effect = what_if(
        actor=request.actor,
        contract=row,
        terms=terms,
        since=body.since,
        until=body.until,
        limit=body.limit,
    )
    return schemas.EffectOut.of(effect)


@router.act("/contracts/{contract_id}/activate", schemas.ContractOut)
def activate_contract(request: ApiRequest, contract_id: Id) -> ServiceContract:
    """Put a draft in force."""
    row = _one(request, contract_id)
    services.activate(actor=request.actor, contract=row, expected_version=expected(request, row))
    return _shown(request, contract_id)


@router.act("/contracts/{contract_id}/end", schemas.ContractOut)
def end_contract(request: ApiRequest, contract_id: Id, body: schemas.EndIn) -> ServiceContract:
    """End a contract after a day; what was opened under it is governed by it to the end."""
    row = _one(request, contract_id)
    services.end(
        actor=request.actor,
        contract=row,
        last_day=body.last_day,
        expected_version=expected(request, row),
    )
    return _shown(request, contract_id)


@router.index("/commitments", schemas.CommitmentOut)
def list_commitments(request: ApiRequest, query: Query[CommitmentQuery]) -> QuerySet[Commitment]:
    """List the commitments of the contracts that you may see, those retired included."""
    return visible(Commitment, request.actor)


def _parties(actor: Actor, sent: dict[str, Any]) -> dict[str, Any]:
    """Put visible rows in place of keys.

    Raises:
        Invalid: a key that is of no row the actor sees.
    """
    found = dict(sent)
    models: dict[str, Any] = {
        "provider_id": Organisation, "client_id": Organisation, "team_id": Team,
        "calendar_id": Calendar,
    }  # fmt: skip
    for name, model in models.items():
        if name not in found:
            continue
        key = found.pop(name)
        row = visible(model, actor).filter(pk=key).first() if key is not None else None
        if key is not None and row is None:
            raise Invalid(fields={name: [_("There is no such row, or you do not see it.")]})
        if row is None and name in {"provider_id", "calendar_id"}:
            raise Invalid(fields={name: [_("This cannot be empty.")]})
        found[name.removesuffix("_id")] = row
    for name in ("name", "reference", "starts_on", "warn_percent", "kind"):
        if name in found and found[name] is None:
            raise Invalid(fields={name: [_("This cannot be empty.")]})
    return found


@router.show("/contracts/{contract_id}/kept", schemas.KeptsOut)
def get_kept(
    request: ApiRequest, contract_id: Id, query: Query[schemas.KeptQuery]
) -> dict[str, Any]:
    """Count the commitments kept and missed, by measure, of what was opened in the last days."""
    since = timezone.now() - timedelta(days=query.days)
    found = queries.kept_since(request.actor, _one(request, contract_id), since)
    return {"items": found}
