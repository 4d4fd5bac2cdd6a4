"""Finding an asset by what others call it: a machine's name or address."""

from __future__ import annotations

from django.db.models import Q

from compagnon.park.identity.evidence import folded_name
from compagnon.park.models import Asset, NetworkAddress


def named(path: str, *, name: str = "", address: str = "") -> Asset | None:
    """Give the one asset of an organisation, or of those below it, that is called so.

    By its name as it is, then by its name without the domain as inventories know it, then by its
    address. Two assets of that name are nobody: it is for a person to say which.

    Args:
        path: of the organisation (``Organisation.path``).
        name: of the machine, with or without its domain; an address does as well.
        address: one of its IP addresses.
    """
    rows = Asset.objects.filter(organisation__path__startswith=path)
    short = folded_name(name)
    ways = []
    if name:
        ways += [Q(name__iexact=name), Q(identifiers__key=f"name:{short}") if short else None]
    for one in dict.fromkeys(filter(None, (address, name))):
        found = NetworkAddress.objects.filter(address=one).values("asset_id")
        ways.append(Q(pk__in=found))
    for way in filter(None, ways):
        matches = list(rows.filter(way).select_related("organisation").distinct()[:2])
        if len(matches) == 1:
            return matches[0]
        if matches:
            return None
    return None
