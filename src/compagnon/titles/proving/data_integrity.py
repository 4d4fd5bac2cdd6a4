"""The proof of a credential: Data Integrity, cryptosuite `eddsa-rdfc-2022`.

W3C «Data Integrity EdDSA Cryptosuites v1.0», section 3.2: the credential and the proof's own words
are each brought into canonical form (RDFC-1.0, which PyLD calls URDNA2015) and hashed with
SHA-256; the two digests, proof first, are signed with Ed25519.

What the context does not define is left out of the canonical form, and would not be signed: such
words are refused, as are addresses that are not absolute and names of blank nodes.
"""

from __future__ import annotations

import copy
import hashlib
from datetime import datetime
from typing import Any, NoReturn

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld
from pyld.canon import URDNA2015

from compagnon.titles.proving import contexts, limits
from compagnon.titles.proving.documents import Document, bound
from compagnon.titles.proving.errors import Unproven
from compagnon.titles.proving.keys import did_key, public_key, verification_method
from compagnon.titles.proving.moments import in_utc

SUITE = "eddsa-rdfc-2022"
PROOF_WORDS = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}


def sign(document: Document, key: Ed25519PrivateKey, *, created: datetime) -> Document:
    """Give the credential with its proof, made by the key whose did:key is its issuer.

    Raises:
        Unproven: the credential says something that its contexts do not define.
    """
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": in_utc(created),
        "verificationMethod": verification_method(did_key(key.public_key())),
        "proofPurpose": "assertionMethod",
    }
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    signature = key.sign(_to_sign(unsigned, proof))
    return {
        **unsigned,
        "proof": {**proof, "proofValue": "z" + base58.b58encode(signature).decode()},
    }


def verify(document: Document) -> str:
    """Give the did:key that made the proof of this credential, which is its issuer.

    Raises:
        Unproven: ``proof-missing``, ``proof-form``, ``proof``, ``unknown-context``,
            ``unknown-word``, ``issuer``, ``too-large``.
    """
    bound(document, string=limits.STATUS_LIST_BYTES)
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise Unproven("proof-missing")
    if set(proof) - {"id"} != PROOF_WORDS or not all(isinstance(v, str) for v in proof.values()):
        raise Unproven("proof-form", "not the words of a Data Integrity proof")
    if (proof["type"], proof["cryptosuite"]) != ("DataIntegrityProof", SUITE):
        raise Unproven("proof-form", "another kind of proof")
    if proof["proofPurpose"] != "assertionMethod":
        raise Unproven("proof-form", "made for another purpose")
    did: str = proof["verificationMethod"].partition("#")[0]
    if proof["verificationMethod"] != verification_method(did) or issuer_of(document) != did:
        raise Unproven("issuer", "the proof is not of the issuer's key")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        public_key(did).verify(_signature(proof["proofValue"]), _to_sign(unsigned, config))
    except InvalidSignature as error:
        raise Unproven("proof", "the signature does not match") from error
    return did


def issuer_of(document: Document) -> str:
    """Give the identifier of a credential's issuer; empty when it has none."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


def digest(document: Document) -> bytes:
    """Give the SHA-256 of a credential's canonical form, its proof left out: 32 bytes."""
    return _hash({name: value for name, value in document.items() if name != "proof"})


def _signature(text: str) -> bytes:
    if not text.startswith("z") or len(text) > 100:
        raise Unproven("proof-form", "not a signature in base 58")
    try:
        found = base58.b58decode(text[1:])
    except ValueError as error:
        raise Unproven("proof-form", "not a signature in base 58") from error
    # One signature, one way to write it.
    if len(found) != 64 or "z" + base58.b58encode(found).decode() != text:
        raise Unproven("proof-form", "not the length of a signature")
    return bytes(found)


def _to_sign(document: Document, proof: Document) -> bytes:
    return _hash({"@context": document.get("@context"), **proof}) + _hash(document)


def _hash(document: Document) -> bytes:
    return hashlib.sha256(canonical(document).encode()).digest()


def canonical(document: Document) -> str:
    """Give a document's canonical form, in N-Quads.

    Raises:
        Unproven: ``unknown-context``, ``unknown-word``, ``not-json-ld`` or ``too-large``.
    """
    _check_contexts(document)
    options = {"documentLoader": contexts.load, "processingMode": "json-ld-1.1", "base": ""}
    try:
        expanded = jsonld.expand(
            copy.deepcopy(document), options, on_property_dropped=_unknown_word
        )
        _check_expanded(expanded)
        dataset = jsonld.to_rdf(expanded, {"documentLoader": contexts.load, "base": ""})
        found: str = _Bounded().main(dataset, {"format": "application/n-quads"})
    except jsonld.JsonLdError as error:
        # What the loader or the bound refused comes wrapped.
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, Unproven):
                raise cause from error
            cause = cause.__cause__ or cause.__context__
        raise Unproven("not-json-ld", str(error.args[0])[:200]) from error
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        # The reader of JSON-LD trips over some malformed documents rather than refuse them.
        raise Unproven("not-json-ld", repr(error)[:200]) from error
    if not found:
        raise Unproven("not-json-ld", "it says nothing")
    return found


def _check_contexts(document: Document) -> None:
    """A context within the credential could give its words another meaning."""
    stated = document.get("@context")
    listed = stated if isinstance(stated, list) else [stated]
    if not listed or listed[0] != contexts.CREDENTIALS:
        raise Unproven("unknown-context", "the first is not that of W3C credentials")
    for each in listed:
        if not isinstance(each, str):
            raise Unproven("unknown-context", "one that is written out")
        contexts.context(each)
    waiting: list[Any] = [value for name, value in document.items() if name != "@context"]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "@context" in value:
                raise Unproven("unknown-context", "one within the credential")
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _unknown_word(word: str | None) -> NoReturn:
    raise Unproven("unknown-word", str(word)[:100])


def _check_expanded(value: Any) -> None:
    """Refuse what would be left out of the canonical form without a word."""
    if isinstance(value, list):
        for each in value:
            _check_expanded(each)
    elif isinstance(value, dict):
        names = value.get("@type", [])
        kinds = names if isinstance(names, list) else [names]
        for name in [*kinds, *([value["@id"]] if "@id" in value else [])]:
            if not isinstance(name, str) or ":" not in name or name.startswith("_:"):
                raise Unproven("unknown-word", str(name)[:100])
        for each in value.values():
            _check_expanded(each)


class _Bounded(URDNA2015):  # type: ignore[misc]
    """The canonical form, given up when nodes that look alike ask for too long a search."""

    steps = 0

    def _step(self) -> None:
        self.steps += 1
        if self.steps > limits.CANONICAL_STEPS:
            raise Unproven("too-large", "too many nodes look alike")

    def hash_related_blank_node(self, *args: Any) -> Any:
        """Count, then do as told."""
        self._step()
        return super().hash_related_blank_node(*args)

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        """Refuse more permutations than can be walked."""
        self._step()
        related = self.create_hash_to_related(id_, issuer)
        if any(len(nodes) > 6 for nodes in related.values()):
            raise Unproven("too-large", "too many nodes look alike")
        return super().hash_n_degree_quads(id_, issuer)
