"""Counting what is really there: opening, reading codes, closing, settling differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.park import codes, placing
from compagnon.park.errors import Sealed
from compagnon.park.models import (
    Asset,
    AssetState,
    AssetType,
    LineState,
    Resolution,
    StockLine,
    StockPlace,
    StockTaking,
    StrayCode,
)
from compagnon.park.policies import MANAGE, STOCK, check
from compagnon.park.services import assets
from compagnon.people.models import Organisation, Site

MOST = 5_000
GONE = (AssetState.ORDERED, AssetState.DISPOSED)


@service("stock_taking.open")
def open_count(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    site: Site | None = None,
    place: StockPlace | None = None,
) -> StockTaking:
    """Open a count; what should be there is written down now.

    Raises:
        Refused: the actor may not keep the stock of that organisation.
        Invalid: no name, no place, another's place, or too many assets for one count.
    """
    check(actor, STOCK, organisation.pk)
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(fields={"name": [_("Empty.")]})
    if site is None and place is None:
        raise Invalid(fields={"site": [_("Say where you count: a site or a stock place.")]})
    for field, row in (("site", site), ("place", place)):
        if row is not None and not organisation.path.startswith(row.organisation.path):
            raise Invalid(fields={field: [_("It is of another organisation.")]})
    found = list(
        expected(actor, organisation, site, place).values_list("pk", flat=True)[: MOST + 1]
    )
    if len(found) > MOST:
        raise Invalid(_("More than %(most)s assets: count place by place.") % {"most": MOST})
    count = StockTaking.objects.create(
        organisation=organisation,
        name=name,
        site=site,
        place=place,
        opened_at=timezone.now(),
        opened_by_id=actor.id,
    )
    StockLine.objects.bulk_create(
        [StockLine(stock_taking=count, asset_id=key) for key in found], batch_size=500
    )
    journal.record(
        actor=actor, verb="stock_taking.open", subject=count, after={"expected": len(found)}
    )
    return count


def expected(
    actor: Actor, organisation: Organisation, site: Site | None, place: StockPlace | None
) -> QuerySet[Asset]:
    """Give the assets that should be at a site or in a stock place."""
    # A client's people are often in departments of their own: a count of the client's holds these.
    rows = visible(Asset, actor).filter(organisation__path__startswith=organisation.path)
    rows = rows.exclude(state__in=GONE)
    if place is not None:
        return rows.filter(place=place)
    return rows.filter(site=site)


@service("stock_taking.read")
def read_code(*, actor: Actor, count_id: int, text: str) -> StockLine | StrayCode:
    """Keep that a code was read: gives the asset's line, or the code that names none.

    Reading a code again changes nothing.

    Raises:
        NotFound: no such count, or not visible.
        Refused: the actor may not keep the stock of that organisation.
        Sealed: the count is closed.
        Invalid: nothing was read.
    """
    count = _open(actor, count_id)
    code = codes.read(text)
    if not code.text:
        raise Invalid(fields={"code": [_("Nothing was read.")]})
    asset = named(actor, count.organisation, code)
    if asset is None:
        stray, created = StrayCode.objects.get_or_create(
            stock_taking=count, code=code.text, defaults={"seen_at": timezone.now()}
        )
        if created:
            _record(actor, "stock_taking.read", count, code=code.text[:80])
        return stray
    return _tick(actor, count, asset)


def _tick(actor: Actor, count: StockTaking, asset: Asset) -> StockLine:
    line, _created = StockLine.objects.get_or_create(
        stock_taking=count, asset=asset, defaults={"state": LineState.ELSEWHERE}
    )
    line.asset = asset
    if line.seen_at is None:
        line.seen_at, line.seen_by_id = timezone.now(), actor.id
        if line.state == LineState.WAITING:
            line.state = LineState.FOUND
        line.save()
        _record(actor, "stock_taking.read", count, asset=asset.pk, state=line.state)
    return line


def named(actor: Actor, organisation: Organisation, code: codes.Code) -> Asset | None:
    """Give the asset that a code names: by our address, or by inventory or serial number.

    Of the organisation and those below it; nothing when several have the number.
    """
    rows = visible(Asset, actor).filter(organisation__path__startswith=organisation.path)
    if code.asset_id is not None:
        return rows.filter(pk=code.asset_id).first()
    if not code.text:
        return None
    for field in ("inventory_number__iexact", "serial__iexact"):
        if found := list(rows.filter(**{field: code.text})[:2]):
            return found[0] if len(found) == 1 else None
    return None


def _open(actor: Actor, count_id: int) -> StockTaking:
    count = _lock(actor, count_id)
    if count.closed_at:
        raise Sealed(_("This count is closed."))
    return count


def _lock(actor: Actor, count_id: int) -> StockTaking:
    rows = StockTaking.objects.select_for_update(of=("self",))
    count = get_visible(StockTaking, actor, rows, pk=count_id)
    check(actor, STOCK, count.organisation_id)
    return count


def _record(actor: Actor, verb: str, count: StockTaking, **after: Any) -> None:
    journal.record(actor=actor, verb=verb, subject=count, after=after)


@service("stock_taking.close")
def close(*, actor: Actor, count_id: int) -> StockTaking:
    """Close a count: what was not seen is missing.

    Raises:
        NotFound: no such count, or not visible.
        Refused: the actor may not keep the stock of that organisation.
        Sealed: it is closed already.
    """
    count = _open(actor, count_id)
    missing = count.lines.filter(state=LineState.WAITING).update(state=LineState.MISSING)
    count.closed_at = timezone.now()
    count.save(update_fields=["closed_at"])
    _record(actor, "stock_taking.close", count, missing=missing)
    return count


@service("stock_taking.settle")
def settle_line(*, actor: Actor, count_id: int, line_id: int, resolution: str) -> StockLine:
    """Settle a difference: moved here, lost, or left as it was.

    Lost sets the asset aside (retired), with the count as the reason.

    Raises:
        NotFound: no such count or line, or not visible.
        Refused: the actor may neither keep the stock nor manage assets there.
        Sealed: it was settled.
        Invalid: this is no way to settle that difference.
        IllegalMove: the asset's state does not allow it.
    """
    count = _lock(actor, count_id)
    line = get_visible(StockLine, actor, count.lines.select_for_update(of=("self",)), pk=line_id)
    ways = WAYS.get(line.state, ())
    if line.resolution:
        raise Sealed
    if resolution not in ways:
        raise Invalid(fields={"resolution": [_("This does not settle that difference.")]})
    check(actor, MANAGE, count.organisation_id)
    asset = placing.lock(actor, line.asset_id)
    if resolution == Resolution.MOVED:
        values: dict[str, Any] = {"site": count.site or (count.place and count.place.site)}
        if count.place is not None:
            values["place"] = count.place
        placing.move(actor=actor, asset=asset, reason=count.name, **values)
    elif resolution == Resolution.LOST:
        lost = _("lost: %(count)s") % {"count": count.name}
        placing.move(actor=actor, asset=asset, reason=lost, state=AssetState.RETIRED)
    line.resolution = resolution
    line.save(update_fields=["resolution"])
    _record(actor, "stock_taking.settle", count, asset=asset.pk, resolution=resolution)
    return line


WAYS: Mapping[str, tuple[str, ...]] = {
    LineState.ELSEWHERE: (Resolution.MOVED, Resolution.KEPT),
    LineState.MISSING: (Resolution.LOST, Resolution.KEPT),
}


@service("stock_taking.settle_code")
def settle_code(
    *,
    actor: Actor,
    count_id: int,
    stray_id: int,
    name: str = "",
    type: AssetType | None = None,  # noqa: A002
) -> StrayCode:
    """Settle a code that names nothing: create its asset, or (without a type) ignore it.

    Raises:
        NotFound: no such count or code, or not visible.
        Refused: the actor may neither keep the stock nor manage assets there.
        Sealed: it was settled.
        Invalid: the asset cannot be kept.
        Conflict: its inventory number is another's.
    """
    count = _lock(actor, count_id)
    stray = get_visible(StrayCode, actor, count.strays.all(), pk=stray_id)
    if stray.resolution:
        raise Sealed
    stray.resolution = Resolution.IGNORED
    if type is not None:
        stray.asset = assets.create(
            actor=actor,
            values={
                "organisation": count.organisation,
                "type": type,
                "name": name.strip()[:200] or stray.code[:60],
                "state": AssetState.STOCK if count.place_id else AssetState.USE,
                "site": count.site,
                "place": count.place,
                "inventory_number": stray.code[:60],
            },
        )
        stray.resolution = Resolution.CREATED
    stray.save()
    _record(actor, "stock_taking.settle", count, code=stray.pk, resolution=stray.resolution)
    return stray


def missing_filter() -> Q:
    """Give the filter of differences that nobody has settled."""
    return Q(resolution="", state__in=tuple(WAYS))
