"""The types of assets that come with the product, kept in English and shown translated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop as _

from compagnon.park.models import AssetKind, AssetType


@dataclass(frozen=True, slots=True)
class Shipped:
    """A type as it ships."""

    code: str
    name: str
    kind: AssetKind
    icon: str


TYPES: Final = (
    Shipped("computer", _("Computer"), AssetKind.COMPUTER, "device-desktop"),
    Shipped("laptop", _("Laptop"), AssetKind.COMPUTER, "device-laptop"),
    Shipped("server", _("Server"), AssetKind.COMPUTER, "server"),
    Shipped("virtual-machine", _("Virtual machine"), AssetKind.COMPUTER, "stack-2"),
    Shipped("phone", _("Phone"), AssetKind.PHONE, "device-mobile"),
    Shipped("network", _("Network equipment"), AssetKind.NETWORKING, "network"),
    Shipped("printer", _("Printer"), AssetKind.PRINTER, "printer"),
    Shipped("monitor", _("Screen"), AssetKind.MONITOR, "device-desktop"),
    Shipped("peripheral", _("Peripheral"), AssetKind.PERIPHERAL, "plug"),
    Shipped("service", _("Service"), AssetKind.SERVICE, "cloud"),
    Shipped("application", _("Application"), AssetKind.APPLICATION, "layout-grid"),
    Shipped("web-server", _("Web server"), AssetKind.APPLICATION, "world"),
    Shipped("database", _("Database"), AssetKind.APPLICATION, "database"),
    Shipped("device", _("Other device"), AssetKind.OTHER, "package"),
)
BY_CODE: Final = {one.code: one for one in TYPES}


def ensure(code: str) -> AssetType:
    """Give a shipped type, written on first use."""
    found = AssetType.objects.filter(code=code).first()
    if found is None:
        one = BY_CODE[code]
        found, _created = AssetType.objects.get_or_create(
            code=code,
            defaults={
                "name": one.name, "kind": one.kind, "icon": one.icon, "is_shipped": True,
            },
        )  # fmt: skip
    return found


def ensure_all() -> None:
    """Write those that are missing; what an administrator changed stays."""
    known = set(AssetType.objects.values_list("code", flat=True))
    for one in TYPES:
        if one.code not in known:
            ensure(one.code)
