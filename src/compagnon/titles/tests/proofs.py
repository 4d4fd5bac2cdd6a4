"""An attestation made without a database, for the tests of what proves it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compagnon.titles.documents.attestation import attestation
from compagnon.titles.proving import certificates, credential, data_integrity, signing, status_list
from compagnon.titles.proving.documents import Document, write_document
from compagnon.titles.proving.keys import did_key
from compagnon.titles.proving.statement import Kind, Statement

# Past, so that the certificates made then are in force for tests that ask the clock.
NOW = datetime(2025, 3, 3, 10, 0, tzinfo=UTC)
LIST_URL = "https://compagnon.example/titles/status/1"
PLACE = 4242
ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Maker:
    """A centre's keys."""

    authority: certificates.Held
    document: certificates.Held
    key: Ed25519PrivateKey
    certified: x509.Certificate

    @property
    def did(self) -> str:
        """Who issues."""
        return did_key(self.key.public_key())

    @property
    def trust(self) -> certificates.Trust:
        """What a verifier has from the centre."""
        return certificates.read_trust(self.pem)

    @property
    def pem(self) -> bytes:
        """The same, as a file."""
        return certificates.write_pem([self.authority.certificate, self.certified])


@cache
def maker(name: str = "Centre Élan") -> Maker:
    """Make a centre's keys, once."""
    authority = certificates.make_authority(name, now=NOW)
    key = Ed25519PrivateKey.generate()
    return Maker(
        authority,
        certificates.make_signer(name, authority, now=NOW),
        key,
        certificates.certify(name, key, authority, now=NOW),
    )


def statement(**changes: object) -> Statement:
    """What is attested."""
    values: dict[str, object] = {
        "kind": Kind.CCP,
        "number": "AT-2025-3-00012",
        "holder": "Éloïse L’Hermitte-Œuvrard",
        "title_code": "TP-00485",
        "title_name": "Technicien(ne) supérieur(e) de support en informatique",
        "element_code": "CCP 1",
        "element_name": "Assister les utilisateurs en centre de services",
        "version": "08",
        "level": "5 (Europe)",
        "decided_on": date(2025, 2, 1),
        "decision": "PV-2025-0007",
        "issuer": "Centre Élan",
        "issued_at": NOW,
        "page": "https://compagnon.example/titles/verify/abcdefghijklmnopqrstuvwxyz012345",
        "language": "fr",
    }
    return Statement(**(values | changes))  # type: ignore[arg-type]


def unsigned_credential(issuer: str, **changes: object) -> Document:
    """The credential, before it is signed."""
    return credential.build(
        statement(**changes), issuer=issuer, status=credential.StatusPlace(LIST_URL, PLACE)
    )


def signed_credential(who: Maker | None = None, **changes: object) -> Document:
    """The credential, with its proof."""
    who = who or maker()
    unsigned = unsigned_credential(who.did, **changes)
    return data_integrity.sign(unsigned, who.key, created=NOW)


def signed_pdf(who: Maker | None = None, **changes: object) -> bytes:
    """The PDF, signed, its credential inside."""
    who = who or maker()
    return sign(attestation(statement(**changes), signed_credential(who, **changes)), who)


def sign(pdf: bytes, who: Maker) -> bytes:
    """Sign any PDF."""
    return signing.sign(
        pdf, signer=who.document, authority=who.authority.certificate, reason="Essai", place="Lyon"
    )


@cache
def sound_pdf() -> bytes:
    """The PDF that most tests take, made once."""
    return signed_pdf()


@cache
def _sound_credential() -> str:
    return json.dumps(signed_credential())


def sound_credential() -> Document:
    """The credential that most tests take, a copy each."""
    found: Document = json.loads(_sound_credential())
    return found


def signed_list(withdrawn: list[int], who: Maker | None = None, url: str = LIST_URL) -> bytes:
    """A signed list of withdrawals."""
    who = who or maker()
    unsigned = status_list.build(url=url, issuer=who.did, withdrawn=withdrawn, issued_at=NOW)
    return write_document(data_integrity.sign(unsigned, who.key, created=NOW))
