"""SAML 2.0 with python3-saml, which the extra ``saml`` brings; the product works without it.

What is asked: one signed assertion or response, for us, of now, that answers our own question.
Nobody is let in by an answer that nobody asked for. Weak algorithms (SHA-1) are refused.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from compagnon.people import provider_keys
from compagnon.people.errors import NotAdmitted
from compagnon.people.models import IdentityProvider
from compagnon.people.provider_words import REASONS

RESPONSE_MAX = 256 * 1024
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
MAILED = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
GET = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def is_installed() -> bool:
    """Tell whether the extra ``saml`` is there."""
    return find_spec("onelogin") is not None and find_spec("xmlsec") is not None


def entity_id(request: HttpRequest, row: IdentityProvider) -> str:
    """Give our own name at a provider: the one that was chosen, or our metadata's address."""
    return row.client_id or _here(request, "provider_metadata", row)


def settings_of(request: HttpRequest, row: IdentityProvider) -> dict[str, Any]:
    """Give the settings of python3-saml for a provider of ours."""
    found, ours = row.found, provider_keys.pair_of(row)
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": entity_id(request, row),
            "assertionConsumerService": {
                "url": _here(request, "provider_acs", row),
                "binding": POST,
            },
            "singleLogoutService": {"url": _here(request, "provider_slo", row), "binding": GET},
            "x509cert": ours.certificate if ours else "",
            "privateKey": ours.key if ours else "",
            "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        },
        "idp": {
            "entityId": found.get("entity_id", ""),
            "singleSignOnService": {"url": found.get("sso_url", ""), "binding": GET},
            "singleLogoutService": {
                "url": found.get("slo_url", ""),
                "responseUrl": found.get("slo_answer_url") or found.get("slo_url", ""),
                "binding": GET,
            },
            "x509certMulti": {"signing": found.get("certificates", [])},
        },
        "security": {
            "authnRequestsSigned": ours is not None and bool(found.get("asks_signed")),
            "logoutRequestSigned": ours is not None,
            "logoutResponseSigned": ours is not None,
            "metadataValidUntil": "",  # who copied it once goes on with it
            "metadataCacheDuration": "PT24H",
            "wantAssertionsSigned": False,  # the whole response may be signed in their stead
            "wantMessagesSigned": False,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowRepeatAttributeName": True,
            "allowSingleLabelDomains": True,
            "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
        },
    }


def question(request: HttpRequest, row: IdentityProvider) -> tuple[str, str]:
    """Give the address where somebody is led, and the question's identifier.

    Raises:
        NotAdmitted: SAML is not installed.
    """
    auth = _auth(request, row, QueryDict())
    return str(auth.login(return_to="")), str(auth.get_last_request_id())


def read(request: HttpRequest, row: IdentityProvider, response: str, *, asked: str) -> Any:
    """Give python3-saml's reading of a provider's response, checked.

    Args:
        asked: the question that this browser asked.

    Raises:
        NotAdmitted: not signed by the provider, not for us, not of now, no answer to the question,
            or SAML is not installed.
    """
    sent = QueryDict(mutable=True)
    sent["SAMLResponse"] = response
    auth = _auth(request, row, sent)
    from lxml.etree import LxmlError
    from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
    from xmlsec import Error

    broken = (
        OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, Error, LxmlError, ValueError,
        TypeError, KeyError, IndexError, AttributeError,
    )  # fmt: skip
    try:
        auth.process_response(request_id=asked)
    except broken as error:
        raise NotAdmitted(REASONS["answer"], code="answer") from error
    if auth.get_errors() or not auth.is_authenticated():
        # Kept for the log: what is wrong is the administrators' to know.
        why = ValueError(str(auth.get_last_error_reason() or "")[:300])
        raise NotAdmitted(REASONS["answer"], code="answer") from why
    check_answers(auth, asked)
    return auth


def answered(response: str) -> str:
    """Give the identifier of the question that a response says to answer; empty if none.

    Read before anything is checked: it only chooses which question is taken up, and
    :func:`check_answers` then holds the signed part to it.
    """
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root = ElementTree.fromstring(base64.b64decode(response, validate=False), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return ""
    return (root.get("InResponseTo") or "")[:200]


def check_answers(auth: Any, asked: str) -> None:
    """Refuse an assertion that does not itself, under its signature, answer the question.

    python3-saml lets pass one that names no question: such a one, once caught, would serve again.

    Raises:
        NotAdmitted: it answers another question, or none.
    """
    from lxml import etree

    parts = etree.fromstring(auth.get_last_response_xml(), _parser()).iter(
        "{urn:oasis:names:tc:SAML:2.0:assertion}SubjectConfirmationData"
    )
    named = [part.get("InResponseTo") for part in parts]
    if not named or any(one != asked for one in named):
        raise NotAdmitted(REASONS["replayed"], code="replayed")


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def claims_of(auth: Any) -> tuple[dict[str, Any], str]:
    """Give the attributes, by their names, and the subject.

    A subject that is another each time (a transient name) names nobody.
    """
    attributes = {str(name): list(many) for name, many in auth.get_attributes().items()}
    for name, many in auth.get_friendlyname_attributes().items():
        attributes.setdefault(str(name), list(many))
    subject, form = str(auth.get_nameid() or ""), auth.get_nameid_format()
    if form == MAILED:
        attributes.setdefault("mail", [subject])
    stable = attributes.get("urn:oasis:names:tc:SAML:attribute:subject-id") or []
    if stable:
        return attributes, str(stable[0])
    return attributes, "" if form == TRANSIENT else subject


def metadata(request: HttpRequest, row: IdentityProvider) -> bytes:
    """Give our own metadata, as a provider reads it.

    Raises:
        NotAdmitted: SAML is not installed.
    """
    _check_installed()
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    settings = settings_of(request, row)
    # Announces that our key is for encrypting too; an assertion may still come in clear.
    settings["security"]["wantAssertionsEncrypted"] = bool(settings["sp"]["x509cert"])
    made = OneLogin_Saml2_Settings(settings=settings, sp_validation_only=True)
    text = made.get_sp_metadata()
    return text if isinstance(text, bytes) else text.encode()


def name_of(auth: Any) -> dict[str, str]:
    """Give under what name the provider signed somebody in: what signing out there needs."""
    told = {
        "name": auth.get_nameid(),
        "format": auth.get_nameid_format(),
        "qualifier": auth.get_nameid_nq(),
        "ours": auth.get_nameid_spnq(),
        "index": auth.get_session_index(),
    }
    return {key: str(value)[:500] for key, value in told.items() if value}


def farewell(request: HttpRequest, row: IdentityProvider, told: dict[str, str]) -> tuple[str, str]:
    """Give the address where somebody signs out at the provider too, and the question's identifier.

    Args:
        told: as :func:`name_of` gave it when they came.

    Raises:
        NotAdmitted: SAML is not installed.
    """
    auth = _auth(request, row, QueryDict())
    address = auth.logout(
        return_to="",
        name_id=told.get("name"),
        session_index=told.get("index"),
        nq=told.get("qualifier"),
        name_id_format=told.get("format"),
        spnq=told.get("ours"),
    )
    return str(address), str(auth.get_last_request_id())


def signed_out_there(request: HttpRequest, row: IdentityProvider, *, asked: str) -> bool:
    """Tell whether the provider answered, under its signature, that it signed somebody out."""
    auth = _spoken(request, row)
    return auth is not None and not _slo(auth, request_id=asked or None) and not auth.get_errors()


@dataclass(frozen=True, slots=True)
class AskedOut:
    """Whom a provider wants signed out: a name, and its sessions there; and where to answer."""

    name: str
    indexes: frozenset[str]
    address: str


def asked_out(request: HttpRequest, row: IdentityProvider) -> AskedOut:
    """Read a provider's signed request to sign somebody out.

    Raises:
        NotAdmitted: not signed by it, not for us, not of now, or SAML is not installed.
    """
    auth = _spoken(request, row)
    address = _slo(auth) if auth is not None else ""
    if auth is None or auth.get_errors() or not address:
        raise NotAdmitted(REASONS["answer"], code="answer")
    from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request as Asked

    text = auth.get_last_request_xml()
    key = auth.get_settings().get_sp_key()
    return AskedOut(
        name=str(Asked.get_nameid(text, key) or ""),
        indexes=frozenset(str(one) for one in Asked.get_session_indexes(text)),
        address=address,
    )


def _spoken(request: HttpRequest, row: IdentityProvider) -> Any:
    """Give python3-saml with what came by redirection; ``None``: too long to be read."""
    if any(_is_too_long(str(one)) for one in request.GET.values()):
        return None
    return _auth(request, row, QueryDict(), route="provider_slo")


def _is_too_long(sent: str) -> bool:
    """Tell whether a text is too long, or becomes so: python3-saml inflates without a bound."""
    if len(sent) > RESPONSE_MAX:
        return True
    try:
        inflated = zlib.decompressobj(-15).decompress(base64.b64decode(sent), RESPONSE_MAX + 1)
    except (ValueError, zlib.error):
        return False
    return len(inflated) > RESPONSE_MAX


def _slo(auth: Any, request_id: str | None = None) -> str:
    """Have what came about signing out checked; gives where to answer."""
    from lxml.etree import LxmlError
    from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
    from xmlsec import Error

    try:
        return str(auth.process_slo(keep_local_session=True, request_id=request_id) or "")
    except (
        OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, Error, LxmlError, ValueError,
        TypeError, KeyError, IndexError, AttributeError, zlib.error,
    ) as error:  # fmt: skip
        raise NotAdmitted(REASONS["answer"], code="answer") from error


def _auth(
    request: HttpRequest,
    row: IdentityProvider,
    sent: QueryDict,
    *,
    route: str = "provider_acs",
) -> Any:
    _check_installed()
    from onelogin.saml2.auth import OneLogin_Saml2_Auth

    is_out = route == "provider_slo"
    settings = settings_of(request, row)
    # Of signing out the whole message is signed, or anybody would sign others out.
    settings["security"]["wantMessagesSigned"] = is_out

    asked: dict[str, Any] = {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": reverse(route, args=[row.code]),
        "get_data": request.GET.dict() if is_out else {},
        "query_string": request.META.get("QUERY_STRING", "") if is_out else "",
        # As it came: how signs are escaped is signed too.
        "validate_signature_from_qs": True,
        "post_data": sent,
    }
    return OneLogin_Saml2_Auth(asked, settings)


def _check_installed() -> None:
    if not is_installed():
        raise NotAdmitted(REASONS["not-installed"], code="not-installed")


def _here(request: HttpRequest, name: str, row: IdentityProvider) -> str:
    return request.build_absolute_uri(reverse(name, args=[row.code]))
