"""A real SAML identity provider: pysaml2's, which signs with Debian's xmlsec1."""

from __future__ import annotations

import base64
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

PLACE = "https://idp.example"
PAGE = """<!doctype html><html lang="en"><title>Provider</title><main><h1>Provider</h1>
<form method="post" action="{acs}"><input type="hidden" name="SAMLResponse" value="{response}">
<button>I am {subject}</button></form></main>"""


class Provider:
    """An identity provider with a key of its own, and what it answers."""

    def __init__(self, folder: Path, sp_metadata: str, place: str = PLACE) -> None:
        from saml2 import BINDING_HTTP_REDIRECT
        from saml2.config import IdPConfig
        from saml2.server import Server

        program = shutil.which("xmlsec1")
        if program is None:
            pytest.skip("no xmlsec1 (Debian's package xmlsec1)")
        self.key, self.certificate = _key(folder)
        described = folder / "sp.xml"
        described.write_text(sp_metadata, encoding="utf-8")
        config = {
            "entityid": f"{place}/metadata",
            "xmlsec_binary": program,
            "key_file": str(self.key),
            "cert_file": str(self.certificate),
            "metadata": {"local": [str(described)]},
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [(f"{place}/sso", BINDING_HTTP_REDIRECT)],
                        "single_logout_service": [(f"{place}/slo", BINDING_HTTP_REDIRECT)],
                    },
                    "policy": {
                        "default": {
                            "lifetime": {"minutes": 5},
                            "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
                        }
                    },
                    "want_authn_requests_signed": False,
                }
            },
        }
        self.server = Server(config=IdPConfig().load(config))

    def metadata(self) -> str:
        """Give what an administrator pastes."""
        from saml2.metadata import entity_descriptor

        return str(entity_descriptor(self.server.config))

    def asked(self, saml_request: str) -> Any:
        """Read a question that came by redirection."""
        from saml2 import BINDING_HTTP_REDIRECT

        return self.server.parse_authn_request(saml_request, BINDING_HTTP_REDIRECT).message

    def answer(
        self,
        question: str,
        acs: str,
        sp: str,
        identity: dict[str, list[str]],
        *,
        subject: str = "rosa-42",
        sign_assertion: bool = True,
        sign_response: bool = False,
        encrypted: bool = False,
    ) -> str:
        """Give a response as the browser posts it, in base 64."""
        from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID

        made = self.server.create_authn_response(
            identity=identity,
            in_response_to=question,
            destination=acs,
            sp_entity_id=sp,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"},
            sign_assertion=sign_assertion,
            sign_response=sign_response,
            encrypt_assertion=encrypted,
            # Otherwise pysaml2 renames what it has signed already.
            encrypt_assertion_self_contained=False,
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
        )
        return base64.b64encode(str(made).encode()).decode()

    def asks_out(self, sp: str, place: str, subject: str = "rosa-42", index: str = "") -> str:
        """Give the address by which it asks us to sign somebody out, signed."""
        from saml2 import BINDING_HTTP_REDIRECT
        from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID

        _number, asked = self.server.create_logout_request(
            place,
            sp,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject),
            session_indexes=[index] if index else None,
        )
        return self._led(BINDING_HTTP_REDIRECT, asked, place, response=False)

    def answers_out(self, address: str) -> str:
        """Read our question to sign somebody out, checked, and give the address of its answer."""
        from saml2 import BINDING_HTTP_REDIRECT

        query = {key: many[0] for key, many in parse_qs(urlsplit(address).query).items()}
        read = self.server.parse_logout_request(
            query["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            sigalg=query["SigAlg"],
            signature=query["Signature"],
            relay_state=query.get("RelayState"),
        )
        answer = self.server.create_logout_response(read.message, [BINDING_HTTP_REDIRECT])
        return self._led(BINDING_HTTP_REDIRECT, answer, answer.destination, response=True)

    def _led(self, binding: str, message: Any, place: str, *, response: bool) -> str:
        led = self.server.apply_binding(
            binding, str(message), place, response=response, sign=True,
            sigalg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        )  # fmt: skip
        return str(dict(led["headers"])["Location"])


class Site(ThreadingHTTPServer):
    """The provider's pages on loopback: whoever comes is ``subject`` once they press a button."""

    idp: Provider
    subject = "rosa-42"
    identity: dict[str, list[str]]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pages)
        self.identity = {}

    @property
    def place(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def open(self) -> Iterator[Site]:
        """Serve for as long as a test needs it."""
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()


class _Pages(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        """Answer with the metadata, the page with the button, or that it signed somebody out."""
        path, _mark, query = self.path.partition("?")
        if path == "/metadata":
            return self._say("application/samlmetadata+xml", self.server.idp.metadata())
        if path == "/slo":
            self.send_response(302)
            self.send_header("Location", self.server.idp.answers_out(self.server.place + self.path))
            return self.end_headers()
        if path != "/sso":
            return self.send_error(404)
        asked = self.server.idp.asked(parse_qs(query)["SAMLRequest"][0])
        acs = asked.assertion_consumer_service_url
        response = self.server.idp.answer(
            asked.id, acs, asked.issuer.text, self.server.identity, subject=self.server.subject
        )
        page = PAGE.format(acs=acs, response=response, subject=self.server.subject)
        return self._say("text/html; charset=utf-8", page)

    def _say(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def _key(folder: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    places = folder / "key.pem", folder / "certificate.pem"
    places[0].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    places[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return places
