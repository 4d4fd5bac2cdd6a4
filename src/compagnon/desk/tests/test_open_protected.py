"""What is said of signed and encrypted mail, and no more than that."""

from __future__ import annotations

import base64
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from compagnon.desk.inbound.parse import parse
from compagnon.desk.inbound.protection import OwnKey, Protection
from compagnon.desk.inbound.protection.opening import open_mail
from compagnon.desk.tests import smime
from compagnon.desk.tests.smime import BODY, HEAD, Holder, authority, encrypted, holder, signed

URSULE = "ursule@client-a.example"
SUPPORT = "support@assistance.example"


def asn1(one: Holder) -> x509.Certificate:
    return x509.Certificate.load(one.certificate.public_bytes(Encoding.DER))


def opened(raw: bytes, *keys: Holder, trusted: tuple[Holder, ...] = ()) -> Protection | None:
    return open_mail(
        raw,
        keys=[OwnKey(asn1(one), one.key) for one in keys],
        trusted=[asn1(one) for one in trusted or (authority(),)],
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def state(raw: bytes, **values: tuple[Holder, ...]) -> str:
    found = opened(raw, **values)
    assert found is not None
    assert found.signature is not None
    return found.signature.state


@pytest.mark.parametrize("detached", [True, False])
def test_a_good_signature(detached: bool) -> None:
    raw = signed(holder(URSULE), detached=detached)
    found = opened(raw)
    assert found is not None
    assert found.signature is not None
    assert found.signature.state == "valid", found.signature.detail
    assert found.signature.addresses == (URSULE,)
    assert "Ursule" in found.signature.signer
    assert found.signature.claimed_at is not None
    assert "Voilà le texte." in parse(raw).text


@pytest.mark.parametrize("detached", [True, False])
def test_an_altered_text_is_invalid(detached: bool) -> None:
    raw = signed(holder(URSULE), detached=detached, body=BODY.replace(b"texte", b"tExte"))
    if detached:
        altered = raw.replace(b"tExte", b"teste")
    else:
        head, _break, body = raw.partition(b"\r\n\r\n")
        der = base64.b64decode(body).replace(b"tExte", b"teste")
        altered = head + b"\r\n\r\n" + base64.encodebytes(der)
    assert altered != raw
    assert state(altered) == "invalid"


def test_lines_ended_otherwise_on_the_way_are_the_same_text() -> None:
    assert state(signed(holder(URSULE)).replace(b"\r\n", b"\n")) == "valid"


def test_what_is_less_than_valid() -> None:
    assert state(signed(holder("autre@client-a.example"))) == "mismatch"
    assert state(signed(holder(URSULE, by=2))) == "untrusted"
    assert state(signed(holder(URSULE, by=2)), trusted=(authority(2),)) == "valid"
    assert state(signed(holder(URSULE, until=2025))) == "expired"
    assert state(signed(holder(URSULE, usage="server"))) == "untrusted"
    two_from = b"From: chef@client-a.example\r\n" + signed(holder(URSULE))
    assert state(two_from) == "mismatch"
    other = HEAD.replace(b"ursule@", b"chef@")
    assert state(signed(holder(URSULE), head=other)) == "mismatch"


def test_a_certificate_that_signs_certificates_without_the_right() -> None:
    """Who holds a certificate is no authority: what they issue is worth nothing."""
    import datetime as dt

    from cryptography import x509 as made
    from cryptography.hazmat.primitives import hashes

    middle, key = holder("mal@client-a.example", number=8), smime._key(30)
    forged = (
        made.CertificateBuilder()
        .subject_name(smime.name("Ursule"))
        .issuer_name(middle.certificate.subject)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2039, 1, 1, tzinfo=dt.UTC))
        .add_extension(made.SubjectAlternativeName([made.RFC822Name(URSULE)]), critical=False)
        .sign(middle.key, hashes.SHA256())
    )
    raw = signed(Holder(forged, key))
    assert state(raw, trusted=(authority(), middle)) in {"untrusted", "valid"}
    assert state(raw) == "untrusted"


def test_only_what_encloses_the_whole_message_counts() -> None:
    inner = signed(holder(URSULE)).partition(b"MIME-Version")
    part = b"MIME-Version" + inner[2]
    raw = (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nAjout.\r\n--b\r\n" + part + b"\r\n--b--\r\n"
    )
    assert opened(raw) is None
    assert "Voilà le texte." in parse(raw).text


def test_encrypted_for_us_for_others_and_signed_within() -> None:
    ours = holder(SUPPORT, number=9)
    raw = encrypted(ours)
    found = opened(raw, ours)
    assert found is not None
    assert (found.encryption, found.signature) == ("decrypted", None)
    assert found.clear is not None
    read = parse(found.clear)
    assert (read.text, read.subject) == ("Voilà le texte.", "Signé")
    assert read.message_id == "s@client-a.example"
    kept = opened(raw)
    assert kept is not None
    assert (kept.encryption, kept.clear) == ("no_key", None)
    assert [one.name for one in parse(raw).attachments] == ["smime.p7m"]
    within = signed(holder(URSULE), head=b"")
    both = opened(encrypted(ours, body=within), ours)
    assert both is not None
    assert both.signature is not None
    assert (both.encryption, both.signature.state) == ("decrypted", "valid")
    assert both.clear is not None
    assert "Voilà le texte." in parse(both.clear).text


def test_headers_inside_do_not_replace_those_outside() -> None:
    ours = holder(SUPPORT, number=9)
    found = opened(encrypted(ours, body=b"From: chef@x.example\r\nSubject: x\r\n" + BODY), ours)
    assert found is not None
    assert found.clear is not None
    read = parse(found.clear)
    assert read.from_ is not None
    assert (read.from_.key, read.subject) == (URSULE, "Signé")


def test_pgp_is_kept_and_said() -> None:
    raw = (
        HEAD + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";'
        b' boundary="b"\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1'
        b"\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----"
        b"\r\n--b--\r\n"
    )
    found = opened(raw)
    assert found is not None
    assert (found.scheme, found.encryption) == ("pgp", "no_key")
    raw = (
        HEAD + b'Content-Type: multipart/signed; protocol="application/pgp-signature";'
        b' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nBonjour.\r\n--b\r\n'
        b"Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n--b--\r\n"
    )
    found = opened(raw)
    assert found is not None
    assert found.signature is not None
    assert (found.scheme, found.signature.state) == ("pgp", "unverified")
    assert parse(raw).text == "Bonjour."


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + smime.wrapped(b"", "enveloped-data"),
        HEAD + smime.wrapped(b"\x30\x80\x06", "signed-data"),
        HEAD + smime.wrapped(b"\x30" * 5000, "enveloped-data"),
        HEAD + b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n',
        HEAD + b"Content-Type: multipart/signed\r\n\r\nx\r\n",
        encrypted(holder(SUPPORT, number=9))[:-400],
    ],
    ids=["empty", "cut", "nested", "one-part", "no-boundary", "cut-message"],
)
def test_what_is_malformed_is_never_valid(raw: bytes) -> None:
    found = opened(raw, holder(SUPPORT, number=9))
    assert found is not None
    assert found.signature is None or found.signature.state == "unverified"
    assert found.encryption in {"", "failed", "no_key"}
    assert found.clear is None


def test_openssl_agrees(tmp_path: Path) -> None:
    """What another program signs and encrypts is read; AES-256 and RSA-PSS as well."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl")
    one, ours = holder(URSULE), holder(SUPPORT, number=9)
    (tmp_path / "c.pem").write_text(one.pem)
    (tmp_path / "r.pem").write_text(ours.pem)
    (tmp_path / "k.pem").write_bytes(
        one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "text").write_bytes(BODY)

    def cms(*arguments: str) -> bytes:
        done = subprocess.run(
            [program, "cms", *arguments], cwd=tmp_path, capture_output=True, check=True
        )
        return HEAD + done.stdout

    plain = ("-sign", "-in", "text", "-signer", "c.pem", "-inkey", "k.pem", "-md", "sha256")
    assert state(cms(*plain)) == "valid"
    assert state(cms(*plain, "-keyopt", "rsa_padding_mode:pss")) == "valid"
    assert state(cms(*plain, "-nodetach", "-binary")) == "valid"
    assert state(cms(*plain[:-1], "sha1")) == "unverified", "a digest that is no longer safe"
    for cipher in ("-aes-256-cbc", "-aes-128-gcm", "-des3"):
        raw = cms("-encrypt", "-in", "text", cipher, "-recip", "r.pem")
        found = opened(raw, ours)
        assert found is not None
        assert found.encryption == "decrypted", (cipher, found.detail)
        assert found.clear is not None
        assert parse(found.clear).text == "Voilà le texte."
    oaep = ("-recip", "r.pem", "-keyopt", "rsa_padding_mode:oaep")
    found = opened(cms("-encrypt", "-in", "text", "-aes-256-cbc", *oaep), ours)
    assert found is not None
    assert found.encryption == "decrypted", found.detail
