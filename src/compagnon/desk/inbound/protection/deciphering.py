"""Opening a CMS EnvelopedData or AuthEnvelopedData (RFC 5652 section 6, RFC 5083) with our keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asn1crypto import cms
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding as blocks
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compagnon.desk.inbound.protection import OwnKey
from compagnon.desk.inbound.protection.signing import HASHES

MOST_RECIPIENTS = 100


class NoKey(Exception):
    """None of our keys is among those it was encrypted for."""


class CannotOpen(Exception):
    """It was encrypted for us, and cannot be opened all the same; says why."""


def decrypt(der: bytes, keys: Sequence[OwnKey]) -> bytes:
    """Give what is inside.

    Raises:
        NoKey: it is for others.
        CannotOpen: its form or its algorithms are none that we read, or it was altered.
    """
    try:
        info = cms.ContentInfo.load(der)
        kind = info["content_type"].native
        if kind == "enveloped_data":
            held, name = info["content"], "encrypted_content_info"
        elif kind == "authenticated_enveloped_data":
            held, name = info["content"], "auth_encrypted_content_info"
        else:
            raise CannotOpen(f"it is {kind}")
        secret = _content_key(held, keys)
        return _content(held, held[name], secret)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CannotOpen(str(error)[:200] or type(error).__name__) from error
    except (InvalidTag, UnsupportedAlgorithm) as error:
        raise CannotOpen(f"{type(error).__name__} {error}"[:200]) from error


def is_encrypted(der: bytes) -> bool:
    """Tell whether it is one of the two."""
    try:
        kind = cms.ContentInfo.load(der)["content_type"].native
    except (ValueError, TypeError):
        return False
    return kind in {"enveloped_data", "authenticated_enveloped_data"}


def _content_key(held: Any, keys: Sequence[OwnKey]) -> bytes:
    other = ""
    for choice in list(held["recipient_infos"])[:MOST_RECIPIENTS]:
        if choice.name != "ktri":
            other = other or str(choice.name)
            continue
        recipient = choice.chosen
        own = next((one for one in keys if _is_for(recipient["rid"], one)), None)
        if own is None:
            continue
        if not isinstance(own.key, rsa.RSAPrivateKey):
            raise CannotOpen("our key is not one for this way of encrypting")
        return _unwrapped(recipient, own.key)
    raise NoKey(other)


def _is_for(rid: Any, own: OwnKey) -> bool:
    if rid.name == "issuer_and_serial_number":
        wanted = rid.chosen
        return bool(
            own.certificate.serial_number == wanted["serial_number"].native
            and own.certificate.issuer == wanted["issuer"]
        )
    return bool(own.certificate.key_identifier == rid.native)


def _unwrapped(recipient: Any, key: rsa.RSAPrivateKey) -> bytes:
    algorithm = recipient["key_encryption_algorithm"]
    wrapped = recipient["encrypted_key"].native
    name = algorithm["algorithm"].native
    if name == "rsaes_pkcs1v15":
        # OpenSSL answers a wrong padding with a wrong key, never with an error of its own.
        return key.decrypt(wrapped, padding.PKCS1v15())
    if name == "rsaes_oaep":
        asked = algorithm["parameters"]
        own = HASHES[asked["hash_algorithm"]["algorithm"].native]
        mask = HASHES[asked["mask_gen_algorithm"]["parameters"]["algorithm"].native]
        return key.decrypt(wrapped, padding.OAEP(padding.MGF1(mask()), own(), None))
    raise CannotOpen(f"the way {name} of giving the key is not one that we read")


def _content(held: Any, info: Any, secret: bytes) -> bytes:
    algorithm = info["content_encryption_algorithm"]
    name = algorithm["algorithm"].native
    given = info["encrypted_content"]
    data = given.native if isinstance(given.native, bytes) else bytes(given.contents or b"")
    if name.endswith("_gcm"):
        # GCMParameters (RFC 5084 section 3.2): the nonce, then the length of the mac.
        nonce = next(iter(algorithm["parameters"].native.values()))
        return AESGCM(secret).decrypt(nonce, data + held["mac"].native, _bound(held))
    if name.startswith("aes") and name.endswith("_cbc"):
        cipher: Any = algorithms.AES(secret)
    elif name == "tripledes_3key":
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

        cipher = TripleDES(secret)
    else:
        raise CannotOpen(f"the cipher {name} is not one that we read")
    opened = Cipher(cipher, modes.CBC(algorithm.encryption_iv)).decryptor()
    padded = opened.update(data) + opened.finalize()
    unpadder = blocks.PKCS7(cipher.block_size).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def _bound(held: Any) -> bytes | None:
    """Give the attributes that are bound to the content, as the SET OF that they are."""
    attributes = held["auth_attrs"]
    if not attributes or attributes.native is None:
        return None
    return bytes(attributes.untag().dump(force=True))
