"""Handing an asset over and taking it back, with a signature that seals the sheet."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.models import Entry
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park import placing
from compagnon.park.errors import Sealed
from compagnon.park.models import Asset, AssetState, CustodySheet, SheetKind, StockPlace
from compagnon.park.policies import HAND_OVER, VIEW, check
from compagnon.people.models import Person, Site, Team

SIGNATURE_MAX = 200_000
PNG = b"\x89PNG\r\n\x1a\n"
RELATED = ("asset__organisation", "asset__type", "person", "team", "site", "place", "signature")


@service("asset.prepare_sheet")
def prepare(
    *,
    actor: Actor,
    asset_id: int,
    kind: str,
    person: Person | None = None,
    team: Team | None = None,
    site: Site | None = None,
    place: StockPlace | None = None,
    accessories: str = "",
    condition: str = "",
    at: datetime | None = None,
) -> CustodySheet:
    """Prepare the sheet that a person signs; the asset moves when it is signed.

    Args:
        kind: ``hand_over`` to a person or a team; ``return`` by whoever has it, to a place.

    Raises:
        NotFound: no such asset, or not visible.
        Refused: the actor may not hand over the assets of that organisation.
        IllegalMove: the asset cannot be used, or put in stock, from where it is.
        Invalid: nobody is named, or a place is another organisation's.
        Conflict: another sheet of the asset waits for its signature.
    """
    asset = placing.lock(actor, asset_id)
    check(actor, HAND_OVER, asset.organisation_id)
    if kind not in SheetKind.values:
        raise Invalid(fields={"kind": [_("It is a hand-over or a return.")]})
    handing = kind == SheetKind.HAND_OVER
    placing.check_state(asset.state, AssetState.USE if handing else AssetState.STOCK)
    if handing and person is None and team is None:
        raise Invalid(fields={"person": [_("Say who receives it: a person or a team.")]})
    placing.check_within(asset, {"site": site, "place": place, "team": team})
    sheet = CustodySheet(
        asset=asset,
        kind=kind,
        person=person if handing else (person or asset.person),
        team=team if handing else (team or asset.team),
        site=site,
        place=place,
        accessories=accessories.strip()[:1000],
        condition=condition.strip()[:1000],
        prepared_at=at or timezone.now(),
        prepared_by_id=actor.id,
    )
    try:
        with transaction.atomic():
            sheet.save()
    except IntegrityError as error:
        raise Conflict(
            _("A sheet of this asset waits for its signature: sign or cancel it first.")
        ) from error
    _record(actor, "asset.prepare_sheet", sheet)
    return sheet


def _record(actor: Actor, verb: str, sheet: CustodySheet, **after: object) -> Entry:
    return journal.record(
        actor=actor,
        verb=verb,
        subject=sheet.asset,
        after={"sheet_id": sheet.pk, "kind": sheet.kind, **after},
    )


def _waiting(actor: Actor, sheet_id: int) -> CustodySheet:
    found = get_visible(CustodySheet, actor, pk=sheet_id)
    # The asset is locked first, as by every verb: two that lock in another order wait for ever.
    asset = Asset.objects.select_for_update().get(pk=found.asset_id)
    sheet = CustodySheet.objects.select_for_update().get(pk=sheet_id)
    sheet.asset = asset
    if sheet.signed_at or sheet.cancelled_at:
        raise Sealed
    return sheet


def may_sign(actor: Actor, sheet: CustodySheet) -> bool:
    """Tell whether the actor may have it signed: who hands over, and the person themself."""
    own = actor.id is not None and actor.id == sheet.person_id and actor.scope.reaches_own(VIEW)
    return own or actor.scope.allows(HAND_OVER, sheet.asset.organisation_id)


@service("asset.sign_sheet")
def sign(
    *,
    actor: Actor,
    sheet_id: int,
    name: str,
    signature: bytes = b"",
    at: datetime | None = None,
) -> CustodySheet:
    """Keep the signature, seal the sheet, and move the asset.

    It is signed on the technician's phone, or by the person from their own account.

    Args:
        signature: a PNG picture; empty when the typed name is the signature, for those who
            cannot draw one.

    Raises:
        NotFound: no such sheet, or not visible.
        Refused: the actor neither hands over there nor is the person.
        Sealed: it was signed or cancelled.
        Invalid: no name, or something that is not a small PNG picture.
        IllegalMove: the asset went elsewhere meanwhile.
    """
    sheet = _waiting(actor, sheet_id)
    if not may_sign(actor, sheet):
        raise Refused(_("Only the person named, or who hands it over, signs this sheet."))
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(_("Write the name of the person who signs."), fields={"name": [_("Empty.")]})
    if signature and (len(signature) > SIGNATURE_MAX or not signature.startswith(PNG)):
        raise Invalid(
            _("The signature must be a PNG picture of at most 200 kB."),
            fields={"signature": [_("Sign again.")]},
        )
    sheet.signature = files.store(signature) if signature else None
    sheet.signed_name, sheet.signed_at = name, at or timezone.now()
    sheet.shown = names_of(sheet)
    sheet.digest = digest_of(sheet)
    sheet.save()
    handing = sheet.kind == SheetKind.HAND_OVER
    changed = placing.move(
        actor=actor,
        asset=sheet.asset,
        reason=f"{sheet.get_kind_display()} {sheet.pk}",
        at=sheet.signed_at,
        state=AssetState.USE if handing else AssetState.STOCK,
        person=sheet.person if handing else None,
        team=sheet.team if handing else None,
        place=None if handing else sheet.place,
        **({"site": sheet.site} if sheet.site_id else {}),
    )
    before, after = placing.told(changed)
    journal.record(
        actor=actor,
        verb="asset.sign_sheet",
        subject=sheet.asset,
        before=before,
        after={**after, "sheet_id": sheet.pk, "digest": sheet.digest},
    )
    return sheet


@service("asset.cancel_sheet")
def cancel(*, actor: Actor, sheet_id: int) -> CustodySheet:
    """Cancel a sheet that nobody signed.

    Raises:
        NotFound: no such sheet, or not visible.
        Refused: the actor may not hand over the assets of that organisation.
        Sealed: it was signed or cancelled.
    """
    sheet = _waiting(actor, sheet_id)
    check(actor, HAND_OVER, sheet.asset.organisation_id)
    sheet.cancelled_at = timezone.now()
    sheet.save(update_fields=["cancelled_at"])
    _record(actor, "asset.cancel_sheet", sheet)
    return sheet


def names_of(sheet: CustodySheet) -> dict[str, str]:
    """Give the names that the sheet shows: as they were signed, or as they are until then."""
    if sheet.shown is not None:
        return {str(key): str(value) for key, value in sheet.shown.items()}
    asset = sheet.asset
    return {
        "asset": asset.name,
        "type": asset.type.name,
        "model": f"{asset.manufacturer} {asset.model}".strip(),
        "serial": asset.serial,
        "inventory_number": asset.inventory_number,
        "organisation": asset.organisation.name,
        "person": str(sheet.person or ""),
        "team": str(sheet.team or ""),
        "site": str(sheet.site or ""),
        "place": str(sheet.place or ""),
    }


def seal_holds(sheet: CustodySheet) -> bool:
    """Tell whether a signed sheet is what was sealed."""
    return bool(sheet.digest) and digest_of(sheet) == sheet.digest


def digest_of(sheet: CustodySheet) -> str:
    """Give the SHA-256 (hex) over what was signed: asset, people, places, texts, picture, names."""
    asset = sheet.asset
    said: dict[str, object] = {
        "sheet": sheet.pk,
        "kind": sheet.kind,
        "asset": asset.pk,
        "serial": asset.serial,
        "inventory_number": asset.inventory_number,
        "person": sheet.person_id,
        "team": sheet.team_id,
        "site": sheet.site_id,
        "place": sheet.place_id,
        "accessories": sheet.accessories,
        "condition": sheet.condition,
        "signed_name": sheet.signed_name,
        "signed_at": sheet.signed_at.isoformat() if sheet.signed_at else "",
        "signature": sheet.signature.sha256 if sheet.signature else "",
    }
    if sheet.shown is not None:
        # Numbers as they were then: an inventory that corrects them breaks no seal.
        said |= {"serial": sheet.shown["serial"], "shown": sheet.shown}
        said["inventory_number"] = sheet.shown["inventory_number"]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
