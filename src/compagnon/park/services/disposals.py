"""Electrical waste: a lot, what is in it, its proofs, its closing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.models import StoredFile
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park import placing
from compagnon.park.errors import Sealed
from compagnon.park.models import Asset, AssetState, Disposal, DisposedAsset, WipingMethod
from compagnon.park.policies import DISPOSE, check
from compagnon.people.models import Organisation

PROOF_MAX = 20 * 1024 * 1024
MOST = 1_000
LATER = frozenset({"certificate", "closed_at", "proof"})


@service("disposal.open")
def open_lot(
    *, actor: Actor, organisation: Organisation, collector: str, collected_on: date
) -> Disposal:
    """Open a lot for a collector.

    Raises:
        Refused: the actor may not dispose of equipment there.
        Invalid: no collector.
    """
    check(actor, DISPOSE, organisation.pk)
    lot = Disposal(
        organisation=organisation,
        collector=" ".join(collector.split()),
        collected_on=collected_on,
    )
    _keep(lot)
    journal.record(
        actor=actor,
        verb="disposal.open",
        subject=lot,
        after={"collector": lot.collector, "collected_on": collected_on},
    )
    return lot


def _keep(row: Any) -> None:
    try:
        # Files and the closing come later, and never from a form's texts.
        row.full_clean(exclude=LATER, validate_unique=False)
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise from_django(error) from error
    except IntegrityError as error:
        raise Conflict(_("This asset is in a lot already.")) from error


def _lock(actor: Actor, lot_id: int) -> Disposal:
    rows = Disposal.objects.select_for_update(of=("self",))
    lot = get_visible(Disposal, actor, rows, pk=lot_id)
    check(actor, DISPOSE, lot.organisation_id)
    if lot.closed_at:
        raise Sealed(_("This lot is closed: its file is the auditor's."))
    return lot


def _file(content: bytes) -> StoredFile | None:
    return files.store(content, limit=PROOF_MAX) if content else None


@service("disposal.add")
def add(
    *,
    actor: Actor,
    lot_id: int,
    asset_id: int,
    category: int,
    weight_kg: Decimal,
    wiping: str,
    wiped_by: str = "",
    wiped_on: date | None = None,
    proof: bytes = b"",
    proof_name: str = "",
) -> DisposedAsset:
    """Put an asset in a lot; it is set aside until the lot closes.

    Args:
        category: 1 to 6, directive 2012/19/EU, annex III.
        wiping: how its data was made unreadable; then by whom and when.
        proof: a file that shows it (the report of the wiping program, a photograph).

    Raises:
        NotFound: no such lot or asset, or not visible.
        Refused: the actor may not dispose of equipment there.
        Sealed: the lot is closed.
        Invalid: no weight, or a wiping without who and when.
        IllegalMove: the asset is not one that may be retired.
        Conflict: it is in a lot already.
        TooLarge: the proof is over 20 MB.
    """
    lot = _lock(actor, lot_id)
    asset = placing.lock(actor, asset_id)
    if not asset.organisation.path.startswith(lot.organisation.path):
        raise Invalid(fields={"asset": [_("It is of another organisation.")]})
    if lot.items.count() >= MOST:
        raise Invalid(_("A lot holds %(most)s assets at most.") % {"most": MOST})
    if wiping != WipingMethod.NONE and (not wiped_by.strip() or wiped_on is None):
        raise Invalid(fields={"wiped_by": [_("Say who wiped the data, and when.")]})
    item = DisposedAsset(
        disposal=lot,
        asset=asset,
        category=category,
        weight_kg=weight_kg,
        wiping=wiping,
        wiped_by=" ".join(wiped_by.split()),
        wiped_on=wiped_on,
        proof=_file(proof),
        proof_name=proof_name[:150] if proof else "",
    )
    _keep(item)
    changed = placing.move(
        actor=actor, asset=asset, reason=str(lot)[:200], state=AssetState.RETIRED
    )
    _before, after = placing.told(changed)
    journal.record(
        actor=actor,
        verb="disposal.add",
        subject=lot,
        after={"asset": asset.pk, "weight_kg": weight_kg, "wiping": wiping, **after},
    )
    return item


@service("disposal.remove")
def remove(*, actor: Actor, lot_id: int, item_id: int) -> None:
    """Take an asset out of a lot; it stays retired.

    Raises:
        NotFound: no such lot or item, or not visible.
        Refused: the actor may not dispose of equipment there.
        Sealed: the lot is closed.
    """
    lot = _lock(actor, lot_id)
    item = get_visible(DisposedAsset, actor, lot.items.all(), pk=item_id)
    asset_id = item.asset_id
    item.delete()
    journal.record(actor=actor, verb="disposal.remove", subject=lot, after={"asset": asset_id})


@service("disposal.close")
def close(
    *, actor: Actor, lot_id: int, certificate: bytes, certificate_name: str, number: str
) -> Disposal:
    """Close a lot with the collector's certificate: what is in it is disposed of.

    Raises:
        NotFound: no such lot, or not visible.
        Refused: the actor may not dispose of equipment there.
        Sealed: it is closed already.
        Invalid: nothing in it, or no certificate.
        TooLarge: the certificate is over 20 MB.
    """
    lot = _lock(actor, lot_id)
    items = list(lot.items.values_list("asset_id", flat=True))
    if not items:
        raise Invalid(_("Nothing is in this lot."))
    if not certificate or not number.strip():
        raise Invalid(fields={"certificate": [_("A lot closes with the collector's certificate.")]})
    lot.certificate = _file(certificate)
    lot.certificate_name = certificate_name[:150]
    lot.certificate_number = " ".join(number.split())[:80]
    lot.closed_at = timezone.now()
    lot.save()
    held = Asset.objects.select_for_update(of=("self",)).select_related("organisation")
    for asset in held.filter(pk__in=items).order_by("pk"):
        placing.move(
            actor=actor, asset=asset, reason=str(lot)[:200], state=AssetState.DISPOSED, person=None
        )
    journal.record(
        actor=actor,
        verb="disposal.close",
        subject=lot,
        after={"assets": len(items), "certificate": lot.certificate_number},
    )
    return lot
