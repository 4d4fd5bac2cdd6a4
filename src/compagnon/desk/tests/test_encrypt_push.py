"""What is pushed, against the RFC's own example and against what no browser would take."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from compagnon.desk.outbound import webpush

# RFC 8291, section 5 and appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
    "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_rfc() -> None:
    browser = webpush.Browser.of(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    key = webpush.read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    body = webpush.encrypt(TEXT, browser, salt=raw("DGv6ra1nlYgDCS1FRnbzlw"), key=key)
    assert webpush.encoded(body) == BODY
    assert webpush.read(webpush.written(key)).private_numbers() == key.private_numbers()


def test_each_message_has_a_salt_and_a_key_of_its_own() -> None:
    browser = webpush.Browser(webpush.public(webpush.new_key()), b"x" * 16)
    one, other = (webpush.encrypt(b"x", browser) for _time in range(2))
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]
    assert len(webpush.encrypt(b"x" * webpush.PAYLOAD_MAX, browser)) == webpush.RECORD
    with pytest.raises(ValueError, match="3993"):
        webpush.encrypt(b"x" * (webpush.PAYLOAD_MAX + 1), browser)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("BCVxsr7N", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("é" * 87, "BTBZMqHH6r4Tts7J_aSIgg"),
        (webpush.encoded(b"\x04" + b"\xff" * 64), "BTBZMqHH6r4Tts7J_aSIgg"),
        (webpush.encoded(webpush.public(webpush.new_key())), "dG9vIHNob3J0"),
        ("$" * 87, "BTBZMqHH6r4Tts7J_aSIgg"),
    ],
    # Named, since keys are drawn anew in each process.
    ids=["nothing", "short", "letters", "no-point", "short-secret", "signs"],
)
def test_what_is_no_key_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(webpush.NotAKey):
        webpush.Browser.of(p256dh, auth)


def test_the_push_service_is_told_who_writes() -> None:
    key = webpush.new_key()
    header = webpush.authorization(
        "https://push.example:8443/a/b?c=d", key, contact="mailto:x@y.example", now=1000
    )
    token, public = header.removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    told = json.loads(raw(claims))
    assert told["aud"] == "https://push.example:8443"
    assert told["sub"] == "mailto:x@y.example"
    assert 1000 < told["exp"] <= 1000 + 24 * 3600
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public))
    both = raw(signature)
    point.verify(
        encode_dss_signature(int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big")),
        f"{head}.{claims}".encode(),
        ec.ECDSA(hashes.SHA256()),
    )
