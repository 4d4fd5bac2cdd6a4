"""Finding the machines that a report may be about, and keeping what they are recognised by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from compagnon.park.identity import Candidate, Evidence
from compagnon.park.identity.evidence import swapped
from compagnon.park.models import Asset, Identifier
from compagnon.people.models import Organisation
from compagnon.people.queries import subtree

MOST_MARKS = 500
MOST_CANDIDATES = 25
"""Machines weighed for one report. More share a mark only where it marks nothing."""


def hold(evidence: Evidence, organisation_id: int) -> None:
    """Make two reports on one machine wait for each other, until the transaction ends.

    On SQLite a transaction that writes is alone already.
    """
    if connection.vendor != "postgresql":
        return
    marks = [key for key in evidence.lookup if not key.startswith(("name:", "ip:"))]
    numbers = sorted({_number(f"{organisation_id}/{key}") for key in marks or evidence.lookup})
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _number(text: str) -> int:
    digest = hashlib.blake2b(b"park.identity " + text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def candidates(evidence: Evidence, organisation: Organisation) -> list[Candidate]:
    """Give the machines of the organisation, and of those below, that share something with it.

    A client's report never touches another's machine, whatever it says.
    """
    within = Identifier.objects.filter(
        asset__merged_into__isnull=True,
        asset__organisation__in=subtree(organisation).values("pk"),
    )
    found = within.order_by("-seen_at").values_list("asset_id", "key")
    rows = list(found.filter(key__in=evidence.lookup)[:MOST_MARKS])
    if len(rows) == MOST_MARKS:
        # A mark that a whole park shares (a name, a number of the factory) must not crowd out the
        # one that tells this machine: the rarest first.
        rows = list(found.filter(key__in=_rarest(within, evidence.lookup))[:MOST_MARKS])
    ranks: dict[int, int] = {}
    for asset_id, key in rows:
        ranks[asset_id] = ranks.get(asset_id, 0) + WEIGHTS.get(key.partition(":")[0], 1)
    chosen = sorted(ranks, key=lambda pk: (-ranks[pk], pk))[:MOST_CANDIDATES]
    return known(chosen)


def _rarest(within: QuerySet[Identifier], keys: Iterable[str]) -> list[str]:
    """Give the marks that fewest machines have, as many as fit together."""
    counts = within.filter(key__in=list(keys)).order_by().values_list("key").annotate(n=Count("pk"))
    chosen: list[str] = []
    total = 0
    for key, count in sorted(counts, key=lambda one: one[1]):
        total += count
        if total > MOST_MARKS and chosen:
            break
        chosen.append(key)
    return chosen


WEIGHTS = {"uuid": 8, "serial": 8, "mac": 4, "board": 4, "agent": 3, "deviceid": 3}


def known(asset_ids: Iterable[int]) -> list[Candidate]:
    """Give assets as candidates: all their keys."""
    chosen = list(asset_ids)
    kinds = dict(Asset.every.filter(pk__in=chosen).values_list("pk", "type__kind"))
    keys: dict[int, set[str]] = {pk: set() for pk in chosen}
    for asset_id, key in Identifier.objects.filter(asset_id__in=chosen).values_list(
        "asset_id", "key"
    ):
        keys[asset_id].add(key)
    return [Candidate(pk, kinds[pk], frozenset(keys[pk])) for pk in chosen if pk in kinds]


def remember(asset: Asset, evidence: Evidence, at: datetime | None = None) -> bool:
    """Keep what the asset is recognised by from now on; tells whether anything changed.

    A partial report adds and takes nothing away: what it does not say may still hold.
    """
    rows = dict(Identifier.objects.filter(asset=asset).values_list("key", "pk"))
    wanted = _laid_over({*rows}, evidence) if evidence.is_partial else set(evidence.keys)
    gone, fresh = rows.keys() - wanted, wanted - rows.keys()
    if gone:
        Identifier.objects.filter(pk__in=[rows[key] for key in gone]).delete()
    if fresh:
        now = at or timezone.now()
        Identifier.objects.bulk_create(
            [Identifier(asset=asset, key=key, seen_at=now) for key in sorted(fresh)]
        )
    return bool(gone or fresh)


def _laid_over(before: set[str], evidence: Evidence) -> set[str]:
    said = set(evidence.by_kind) - {"mac", "ip"}
    kept = {key for key in before if key.partition(":")[0] not in said}
    return kept | evidence.keys


def machine_met(evidence: Evidence, organisation: Organisation) -> Asset | None:
    """Give the one machine known at a MAC address, or at an IP address under no other name.

    Docks and addresses that several have name nobody.
    """
    within = Asset.objects.filter(organisation__in=subtree(organisation).values("pk"))
    macs = evidence.by_kind.get("mac", frozenset())
    if macs:
        by_card = list(within.filter(networkport_rows__mac__in=macs).distinct()[:2])
        if len(by_card) == 1:
            return by_card[0]
    places = evidence.by_kind.get("ip", frozenset())
    if not places:
        return None
    found = list(within.filter(networkaddress_rows__address__in=places).distinct()[:2])
    if len(found) != 1 or evidence.says_only_where:
        return found[0] if len(found) == 1 else None
    names = [f"name:{name}" for name in evidence.by_kind.get("name", ())]
    known = Identifier.objects.filter(asset=found[0], key__in=names).exists()
    return found[0] if known else None


def machine_of_uuid(uuid: str, organisation: Organisation) -> Asset | None:
    """Give the one machine of that UUID, in either byte order; none where several have it."""
    forms = [f"uuid:{form}" for form in (uuid, swapped(uuid)) if form]
    found = list(
        Asset.objects.filter(
            identifiers__key__in=forms, organisation__in=subtree(organisation).values("pk")
        ).distinct()[:2]
    )
    return found[0] if len(found) == 1 else None
