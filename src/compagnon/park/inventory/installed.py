"""What is installed on a computer: software, virtual machines, databases, protections."""

from __future__ import annotations

from compagnon.park.inventory.facts import (
    Antivirus,
    Database,
    DatabaseService,
    Firewall,
    LicenceKey,
    RemoteAccess,
    Software,
    User,
    VirtualMachine,
)
from compagnon.park.inventory.fields import Fields

_DATABASES = 5_000
"""Of one service."""


def software(entry: Fields) -> Software | None:
    """A package; the GUID stands in for a missing name."""
    if not entry.entry:
        return None
    guid = entry.text("guid")
    return Software(
        name=entry.text("name") or guid,
        version=entry.text("version"),
        publisher=entry.text("publisher"),
        architecture=entry.text("arch", "architecture"),
        guid=guid,
        installed_on=entry.date("install_date", "installdate"),
        source=entry.text("from"),
        category=entry.text("system_category"),
        release_type=entry.text("release_type"),
        comments=entry.text("comments", prose=True),
        user=entry.text("username", "userid"),
    )


def virtual_machine(entry: Fields) -> VirtualMachine | None:
    if not entry.entry:
        return None
    system = entry.inside("operatingsystem")
    return VirtualMachine(
        name=entry.text("name"),
        uuid=entry.text("uuid", "vmid"),
        status=entry.text("status"),
        system=entry.text("vmtype"),
        subsystem=entry.text("subsystem"),
        memory_mib=entry.integer("memory"),
        processors=entry.integer("vcpu"),
        mac=_first_mac(entry),
        serial=entry.text("serial"),
        image=entry.text("image"),
        owner=entry.text("owner"),
        ip=entry.text("ip", "ipaddress"),
        operating_system=system.text("full_name", "name"),
    )


def _first_mac(entry: Fields) -> str | None:
    """Several MAC addresses stand in one text, between slashes."""
    told = entry.text("mac")
    if told is None:
        return None
    return Fields({"mac": told.split("/")[0]}, entry.section, entry.notes).mac("mac")


def database_service(entry: Fields) -> DatabaseService | None:
    if not entry.entry:
        return None
    return DatabaseService(
        name=entry.text("name"),
        type=entry.text("type"),
        version=entry.text("version"),
        manufacturer=entry.text("manufacturer"),
        port=entry.integer("port"),
        path=entry.text("path"),
        is_active=entry.boolean("is_active"),
        databases=tuple(
            Database(
                name=name,
                size_mib=database.integer("size"),
                is_active=database.boolean("is_active"),
            )
            for database, _at in zip(entry.each("databases"), range(_DATABASES), strict=False)
            if (name := database.text("name"))
        ),
    )


def antivirus(entry: Fields) -> Antivirus | None:
    if not entry.entry:
        return None
    return Antivirus(
        name=entry.text("name"),
        publisher=entry.text("company", "publisher"),
        version=entry.text("version"),
        base_version=entry.text("base_version"),
        guid=entry.text("guid"),
        is_enabled=entry.boolean("enabled"),
        is_up_to_date=entry.boolean("uptodate"),
        expires_on=entry.date("expiration"),
    )


def user(entry: Fields) -> User | None:
    login = entry.text("login")
    return User(login=login, domain=entry.text("domain")) if login else None


def licence_key(entry: Fields) -> LicenceKey | None:
    if not entry.entry:
        return None
    return LicenceKey(
        name=entry.text("name"),
        full_name=entry.text("fullname"),
        key=entry.text("key"),
        product_id=entry.text("productid"),
        is_oem=entry.boolean("oem"),
        is_trial=entry.boolean("trial"),
    )


def firewall(entry: Fields) -> Firewall | None:
    if not entry.entry:
        return None
    return Firewall(profile=entry.text("profile"), status=entry.text("status"))


def remote_access(entry: Fields) -> RemoteAccess | None:
    if not entry.entry:
        return None
    return RemoteAccess(type=entry.text("type"), identifier=entry.text("id"))
