"""Settings that would keep the product from working, or from being safe."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _

from compagnon.config.diagnosis.findings import Check, Finding, failed, ok, warning

SHORTEST_KEY = 32


def modes() -> Iterator[Finding]:
    """Development and demonstration modes are not for real data."""
    if settings.DEBUG:
        yield warning(
            "debug",
            _("The development mode is on: error pages show the program's inside."),
            _("Unset COMPAGNON_DEBUG, unless you are developing."),
        )
    if settings.DEMO:
        yield warning(
            "demo",
            _("The demonstration mode is on: the sign-in page shows accounts and passwords."),
            _("Unset COMPAGNON_DEMO before any real data comes in."),
        )


def address() -> Iterator[Finding]:
    """The public address must be one that the product answers to, and be encrypted."""
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield failed(
            "address",
            _("%(url)s is not an address of pages.") % {"url": settings.BASE_URL},
            _("Set COMPAGNON_BASE_URL to what people type: https://support.example.com"),
        )
        return
    host, _port = split_domain_port(parts.netloc.lower())
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield failed(
            "address",
            _("The pages at %(url)s are refused: %(host)s is not an allowed host.")
            % {"url": settings.BASE_URL, "host": host},
            _("Add %(host)s to COMPAGNON_ALLOWED_HOSTS.") % {"host": host},
        )
    elif "*" in settings.ALLOWED_HOSTS:
        yield warning(
            "address",
            _("Any host name is allowed: a forged one could be put into links."),
            _("Name your hosts in COMPAGNON_ALLOWED_HOSTS."),
        )
    elif parts.scheme == "http" and not is_local(parts.hostname):
        yield warning(
            "address",
            _("%(url)s is not encrypted: passwords travel in clear.") % {"url": settings.BASE_URL},
            _("Put a proxy with TLS in front, and set COMPAGNON_BASE_URL to its https address."),
        )
    else:
        yield ok("address", settings.BASE_URL)


def is_local(host: str) -> bool:
    """Tell whether that host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def secret_key() -> Iterator[Finding]:
    """The key that signs sessions and links must be long, and readable by us alone."""
    path = settings.DATA_DIR / "secret_key"
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield failed(
            "secret-key",
            _("The key that signs sessions and links is too short to be safe."),
            _("Give COMPAGNON_SECRET_KEY at least %(number)d random characters.")
            % {"number": SHORTEST_KEY},
        )
    elif path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield failed(
            "secret-key",
            _("%(path)s can be read by other accounts of this machine.") % {"path": path},
            _("Run: chmod 600 %(path)s") % {"path": path},
        )
    else:
        yield ok("secret-key", _("long enough, and ours alone"))


CHECKS: list[Check] = [modes, address, secret_key]
