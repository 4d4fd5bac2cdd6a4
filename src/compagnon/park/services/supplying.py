"""Supplier contracts: their terms, and the assets that they cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compagnon.contracts.models import ContractKind
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.models import Asset, CoveredAsset, SupplierContract
from compagnon.park.policies import SUPPLIERS, check


def check_terms(values: Mapping[str, Any], row: SupplierContract | None = None) -> None:
    """Refuse terms that contradict each other.

    Raises:
        Invalid: notice is due outside the contract, or the commitments are not this supplier's.
    """

    def said(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    starts, ends, notice = said("starts_on"), said("ends_on"), said("notice_by")
    if notice and ((starts and notice < starts) or (ends and notice > ends)):
        raise Invalid(fields={"notice_by": [_("Notice is given while the contract runs.")]})
    promised, supplier = said("service_contract"), said("supplier")
    if promised is None:
        return
    if promised.kind != ContractKind.UNDERPINNING:
        raise Invalid(fields={"service_contract": [_("This is not a contract with a supplier.")]})
    if supplier is not None and promised.provider_id != supplier.pk:
        raise Invalid(fields={"service_contract": [_("These commitments are another supplier’s.")]})


@service("supplier.cover")
def cover(*, actor: Actor, contract: SupplierContract, asset: Asset) -> CoveredAsset:
    """Say that a contract covers an asset.

    Raises:
        Refused: the actor may not keep the contracts of that organisation.
        Invalid: the asset is of another organisation.
        Conflict: it is covered by this contract already.
    """
    check(actor, SUPPLIERS, contract.organisation_id)
    if not asset.organisation.path.startswith(contract.organisation.path):
        raise Invalid(_("This contract does not cover that organisation."))
    try:
        with transaction.atomic():
            row = CoveredAsset.objects.create(contract=contract, asset=asset)
    except IntegrityError as error:
        raise Conflict(_("The contract covers it already.")) from error
    journal.record(actor=actor, verb="supplier.cover", subject=contract, after={"asset": asset.pk})
    return row


@service("supplier.uncover")
def uncover(*, actor: Actor, covered_id: int) -> SupplierContract:
    """Say that a contract no longer covers an asset.

    Raises:
        NotFound: no such row, or not visible.
        Refused: the actor may not keep the contracts of that organisation.
    """
    row = get_visible(
        CoveredAsset, actor, CoveredAsset.objects.select_related("contract"), pk=covered_id
    )
    check(actor, SUPPLIERS, row.contract.organisation_id)
    contract, asset = row.contract, row.asset_id
    row.delete()
    journal.record(actor=actor, verb="supplier.uncover", subject=contract, before={"asset": asset})
    return contract
