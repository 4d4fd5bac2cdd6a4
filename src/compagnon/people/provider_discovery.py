"""Reading what an identity provider says of itself: discovery document or SAML metadata.

Both are fetched through the guarded door (``core.guarded_http``), bounded in size and time, and
only what we use of them is kept. OpenID Connect Discovery 1.0; SAML 2.0 metadata (OASIS).
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
import ssl
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from cryptography import x509
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from compagnon.core import guarded_http
from compagnon.core.errors import Invalid
from compagnon.people.models import IdentityProvider, ProviderKind
from compagnon.people.models.providers import METADATA_MAX

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS = 8.0
FRESH = timedelta(hours=24)
"""How old what a provider said of itself may be."""
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT = (*NEEDED, "userinfo_endpoint", "end_session_endpoint")
LISTS = ("token_endpoint_auth_methods_supported", "code_challenge_methods_supported")
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
MOST_CERTIFICATES = 8


class Undiscovered(Invalid):
    """The provider could not be read; the words say why and what to look at."""

    code = "provider-unreadable"


def discover(provider: IdentityProvider, *, seconds: float = SECONDS) -> dict[str, Any]:
    """Ask a provider what it says of itself, and give what is kept of it. Calls the network.

    Raises:
        Undiscovered: no answer, or one that says no provider.
    """
    if provider.kind == ProviderKind.OIDC:
        document = fetch(discovery_address(provider.address), seconds=seconds)
        return read_discovery(document, provider.address)
    if provider.metadata:
        return read_metadata(provider.metadata.encode())
    return read_metadata(fetch(provider.address, seconds=seconds))


def discovery_address(address: str) -> str:
    """Give where an issuer's discovery document is; an address that names it already stays."""
    return address if "/.well-known/" in address else address.rstrip("/") + WELL_KNOWN


def fetch(address: str, *, seconds: float = SECONDS) -> bytes:
    """Read a document of a provider.

    Raises:
        Undiscovered: it may not be called, does not answer, or answers no such document.
    """
    try:
        answer = guarded_http.call(address, method="GET", seconds=seconds, most=METADATA_MAX)
    except guarded_http.NotAllowed as error:
        raise Undiscovered(not_allowed(error.reason)) from None
    except guarded_http.Unanswered as error:
        raise Undiscovered(
            _("%(address)s does not answer: %(why)s")
            % {"address": address, "why": unanswered(error)}
        ) from None
    if answer.status != 200:
        raise Undiscovered(
            _("%(address)s answers with status %(status)s: is it the right address?")
            % {"address": address, "status": answer.status}
        )
    if answer.is_cut:
        raise Undiscovered(_("%(address)s answers with too much.") % {"address": address})
    return answer.body


def unanswered(error: guarded_http.Unanswered) -> str:
    """Say why no answer came, in words where it is one of the usual causes."""
    cause = error.__cause__
    if isinstance(cause, TimeoutError) or str(error).endswith(("in time", "took too long")):
        return _("it takes too long.")
    if isinstance(cause, ssl.SSLError):
        return _("its certificate or its TLS is not valid (%(detail)s).") % {
            "detail": str(getattr(cause, "verify_message", "") or cause.reason or cause)[:120]
        }
    if isinstance(cause, ConnectionRefusedError):
        return _("nothing listens there.")
    if isinstance(cause, http.client.HTTPException):
        return _("what it says is not HTTP.")
    if str(error).endswith("no such server"):
        return _("no server has this name.")
    return str(error)


def not_allowed(reason: str) -> str:
    """Say why an address may not be called."""
    words = {
        "scheme": _("The address must begin with https://."),
        "internal": _(
            "The address leads inside the network: whoever runs the server must allow it "
            "(COMPAGNON_OUTGOING_ALLOW)."
        ),
    }
    return words.get(reason, _("This is not a web address."))


def read_discovery(document: bytes, address: str) -> dict[str, Any]:
    """Give what we use of an OpenID Connect discovery document.

    Raises:
        Undiscovered: it is none, or another issuer's.
    """
    try:
        read = json.loads(document)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Undiscovered(_("What is there is no discovery document: it is not JSON."))
    found = {name: read[name] for name in KEPT if isinstance(read.get(name), str) and read[name]}
    if missing := [name for name in NEEDED if name not in found]:
        raise Undiscovered(
            _("The discovery document lacks: %(names)s.") % {"names": ", ".join(missing)}
        )
    expected = address.partition("/.well-known/")[0].rstrip("/")
    if found["issuer"].rstrip("/") != expected:
        raise Undiscovered(
            _("The discovery document is of another issuer: %(issuer)s.")
            % {"issuer": found["issuer"][:200]}
        )
    for value in found.values():
        _checked(value)
    for name in LISTS:
        given = read.get(name)
        if isinstance(given, list):
            words = [one[:80] for one in given[:20] if isinstance(one, str)]
            found[name] = [one for one in words if one.isascii() and one.isprintable()]
    return found


def read_metadata(document: bytes) -> dict[str, Any]:
    """Give what we use of a SAML identity provider's metadata.

    Raises:
        Undiscovered: it is none, names several providers, or holds no usable certificate.
    """
    try:
        root = ElementTree.fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Undiscovered(_("What is there is no SAML metadata: it cannot be read.")) from None
    entities = [one for one in root.iter(f"{MD}EntityDescriptor") if _identity(one) is not None]
    if len(entities) != 1:
        raise Undiscovered(
            _("The metadata must describe one identity provider; it describes %(number)s.")
            % {"number": len(entities)}
        )
    part = _identity(entities[0])
    assert part is not None  # noqa: S101  counted above
    found = {
        "entity_id": (entities[0].get("entityID") or "")[:1000],
        "sso_url": _location(part, "SingleSignOnService"),
        "certificates": _certificates(part),
        "slo_url": _location(part, "SingleLogoutService"),
        "slo_answer_url": _location(part, "SingleLogoutService", "ResponseLocation"),
        "asks_signed": (part.get("WantAuthnRequestsSigned") or "").lower() in {"true", "1"},
    }
    if not found["entity_id"] or not found["sso_url"]:
        raise Undiscovered(_("The metadata lacks the name or the sign-in address (HTTP-Redirect)."))
    if not found["certificates"]:
        raise Undiscovered(_("The metadata holds no certificate to check signatures with."))
    for name in ("sso_url", "slo_url", "slo_answer_url"):
        if found[name]:
            _checked(str(found[name]))
    return found


def expiry(certificates: list[str]) -> datetime | None:
    """Give when the last of the provider's certificates ends, in UTC."""
    ends = [
        x509.load_der_x509_certificate(base64.b64decode(one)).not_valid_after_utc
        for one in certificates
    ]
    return max(ends, default=None)


def _identity(entity: Element) -> Element | None:
    return entity.find(f"{MD}IDPSSODescriptor")


def _location(part: Element, name: str, attribute: str = "Location") -> str:
    for one in part.findall(f"{MD}{name}"):
        if one.get("Binding") == REDIRECT:
            return (one.get(attribute) or "").strip()
    return ""


def _certificates(part: Element) -> list[str]:
    found: list[str] = []
    for key in part.findall(f"{MD}KeyDescriptor"):
        if key.get("use") == "encryption":
            continue
        for one in key.iter(f"{DS}X509Certificate"):
            text = "".join((one.text or "").split())
            try:
                x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
            except (ValueError, binascii.Error):
                continue
            found.append(text)
    return list(dict.fromkeys(found))[:MOST_CERTIFICATES]


def _checked(address: str) -> None:
    try:
        guarded_http.check(address)
    except guarded_http.NotAllowed as error:
        raise Undiscovered(
            _("%(address)s: %(why)s") % {"address": address[:200], "why": not_allowed(error.reason)}
        ) from None
