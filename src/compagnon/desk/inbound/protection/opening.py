"""A message with what protects it taken off, layer by layer, and what is to be said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from asn1crypto import x509

from compagnon.desk.inbound import addresses, headers
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.protection import OwnKey, Protection, Signature
from compagnon.desk.inbound.protection.deciphering import (
    CannotOpen,
    NoKey,
    decrypt,
    is_encrypted,
)
from compagnon.desk.inbound.protection.entities import canonical, children, rewritten, root_of
from compagnon.desk.inbound.protection.signing import verify
from compagnon.desk.inbound.structure import Part

MOST_LAYERS = 4
MOST_BYTES = 40 * 1024 * 1024
PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
PGP = frozenset({"application/pgp-signature", "application/pgp-encrypted"})


def open_mail(
    raw: bytes,
    *,
    keys: Sequence[OwnKey],
    trusted: Sequence[x509.Certificate],
    at: datetime,
) -> Protection | None:
    """Say what protects a whole message; nothing when nothing does.

    Args:
        keys: ours, for the mailbox it came to.
        trusted: authorities whose word we take.
        at: when it came.

    Raises:
        Unreadable: it is built to be unreadable.
    """
    found: Protection | None = None
    for _layer in range(MOST_LAYERS):
        layer = _layer_of(raw, keys, trusted, at)
        if layer is None:
            break
        if found is not None:
            # What was decrypted stays what is read; a signature inside is the message's.
            clear = layer.clear or found.clear
            layer = replace(layer, encryption=found.encryption, clear=clear)
        found = layer
        if layer.signature is not None or layer.clear is None or layer.clear == raw:
            break
        raw = layer.clear
    return found


def _layer_of(
    raw: bytes, keys: Sequence[OwnKey], trusted: Sequence[x509.Certificate], at: datetime
) -> Protection | None:
    root = root_of(raw)
    kind = root.content_type
    if kind == "multipart/signed":
        scheme, signature = _detached(raw, root, trusted, at)
        return Protection(scheme, signature=signature)
    if kind == "multipart/encrypted":
        return Protection("pgp", encryption="no_key")
    if kind not in PKCS7:
        return None
    der = root.content()[0]
    if len(der) > MOST_BYTES:
        return Protection("smime", encryption="failed", detail="too large")
    if is_encrypted(der):
        return _opened(raw, der, keys)
    signature, _content = verify(der, None, sender=_sender(root), trusted=trusted, at=at)
    return Protection("smime", signature=signature)


def _opened(raw: bytes, der: bytes, keys: Sequence[OwnKey]) -> Protection:
    try:
        inner = decrypt(der, keys)
        clear = rewritten(raw, inner)
    except NoKey:
        return Protection("smime", encryption="no_key")
    except (CannotOpen, Unreadable) as error:
        return Protection("smime", encryption="failed", detail=str(error)[:300])
    return Protection("smime", encryption="decrypted", clear=clear)


def _detached(
    raw: bytes, root: Part, trusted: Sequence[x509.Certificate], at: datetime
) -> tuple[str, Signature]:
    """Check a multipart/signed: two parts, the second of them the signature of the first."""
    kinds = [one.content_type for one in root.children]
    protocol = root.parameters.get("protocol", "").lower()
    if PGP & {protocol, *kinds}:
        return "pgp", Signature("unverified", detail="PGP signatures are kept, and not checked")
    parts = children(raw, root).parts
    if len(parts) != 2 or len(kinds) != 2 or kinds[1] not in SIGNATURES:
        return "smime", Signature("unverified", detail="it is not made of a text and a signature")
    der = root.children[1].content()[0]
    signature, _content = verify(
        der, canonical(parts[0]), sender=_sender(root), trusted=trusted, at=at
    )
    return "smime", signature


def _sender(root: Part) -> str:
    """Give From's address; nothing where there are several, so that none is vouched for."""
    values = [value for name, value in root.block.fields if name == "from"]
    if len(values) != 1:
        return ""
    found = addresses.parse(headers.text_of(values[0]), limit=2)
    return found[0].key if len(found) == 1 else ""
