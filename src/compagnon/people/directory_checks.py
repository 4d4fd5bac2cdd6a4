"""What may be typed of a directory, and what its kind usually has."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography import x509
from django.utils.translation import gettext as _

from compagnon.core import guarded_http
from compagnon.core.errors import Invalid, Text
from compagnon.people.directory import filters
from compagnon.people.directory.presets import PRESETS
from compagnon.people.directory_state import NAMES, PORTS
from compagnon.people.models import Directory, DirectorySchedule

NIGHT_HOUR = 2


def next_time(directory: Directory, *, now: datetime) -> datetime | None:
    """Give when it is to be synchronised next by itself; ``None``: never."""
    if directory.schedule == DirectorySchedule.EVERY:
        return now + timedelta(minutes=directory.every_minutes)
    if directory.schedule != DirectorySchedule.NIGHTLY:
        return None
    zone = ZoneInfo(directory.organisation.time_zone)
    local = now.astimezone(zone)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    return night.astimezone(UTC)


def forget_usual(row: Directory, kind: str) -> None:
    """Forget the filters that another kind usually has."""
    for name in ("people_filter", "group_filter"):
        if getattr(row, name) == getattr(PRESETS[kind], name):
            setattr(row, name, "")


def complete(row: Directory) -> None:
    """Put what the kind usually has where nothing was said.

    Raises:
        Invalid: there is no such kind.
    """
    preset = PRESETS.get(row.kind)
    if preset is None:
        raise Invalid(fields={"kind": [_("There is no such choice.")]})
    row.people_filter = row.people_filter or preset.people_filter
    row.group_filter = row.group_filter or preset.group_filter
    given = row.attributes if isinstance(row.attributes, dict) else {}
    usual = {name: getattr(preset.attributes, name) for name in NAMES}
    row.attributes = {
        name: str(value).strip()
        for name, value in given.items()
        if name in usual and str(value).strip() != usual[name]
    }


def validate(row: Directory) -> None:
    """Refuse what cannot be a directory.

    Raises:
        Invalid: by field.
    """
    faults: dict[str, list[Text]] = {}
    if message := _fault_of_address(row):
        faults["url"] = [message]
    for name in ("people_filter", "group_filter"):
        text = getattr(row, name)
        if text and not filters.is_filter(text):
            faults[name] = [_("This is not a filter, such as (objectClass=person).")]
    for name in ("base", "group_base", "bind_dn"):
        text = getattr(row, name)
        if text and ("=" not in text and (name != "bind_dn" or "@" not in text)):
            faults[name] = [_("This is not a distinguished name, such as dc=example,dc=org.")]
    if row.bind_dn and not row.bind_password:
        faults["bind_password"] = [_("Give the password of the reading account.")]
    if row.ca_certificate and not _is_certificate(row.ca_certificate):
        faults["ca_certificate"] = [_("This is no certificate in PEM.")]
    for name, value in row.attributes.items():
        if not all(map(filters.is_attribute, value.split())) or (name == "stable_id" and not value):
            faults["attributes"] = [_("«%(value)s» names no attribute.") % {"value": value[:60]}]
    if faults:
        raise Invalid(fields=faults)


def _fault_of_address(row: Directory) -> str:
    try:
        parts = urlsplit(row.url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return _("An address is ldap://server:389 or ldaps://server:636.")
    extra = (parts.username, parts.path.strip("/"), parts.query, parts.fragment)
    if any(extra) or not (port and parts.hostname and parts.scheme in PORTS and row.url.isascii()):
        return _("An address is ldap://server:389 or ldaps://server:636.")
    if parts.scheme == "ldaps" and row.start_tls:
        return _("With ldaps:// the connection is encrypted already: leave StartTLS out.")
    return _fault_of_place(
        parts.hostname, port, is_clear=parts.scheme == "ldap" and not row.start_tls
    )


def _fault_of_place(host: str, port: int, *, is_clear: bool) -> str:
    """Say what is wrong with a server, as far as can be told without a reading."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not is_clear and not host.endswith("localhost"):
            return ""
    try:
        target = guarded_http.locate(host, port)
    except guarded_http.NotAllowed as error:
        if error.reason == "internal":
            return _("This server is inside. The operator allows it by COMPAGNON_OUTGOING_ALLOW.")
        return _("This cannot be the name of a server.")
    except guarded_http.Unanswered:
        return _("There is no server of that name.")
    if is_clear and not target.is_internal:
        return _("Passwords travel encrypted, but for servers inside: ldaps://, or StartTLS.")
    return ""


def _is_certificate(text: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(text.encode()))
    except ValueError:
        return False
