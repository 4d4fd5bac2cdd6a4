"""A small push service on loopback, and browsers that read what it takes (RFC 8030, 8291, 8292).

Written apart from ``outbound.webpush``: it takes the messages to pieces as a browser would.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mac(key: bytes, text: bytes) -> bytes:
    one = HMAC(key, hashes.SHA256())
    one.update(text)
    return one.finalize()


class Browser:
    """A browser's subscription: it gives its keys, and reads what was encrypted for it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"
        self.point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    @property
    def keys(self) -> dict[str, Any]:
        return {"p256dh": b64(self.point), "auth": b64(self.auth)}

    def read(self, body: bytes) -> Any:
        """Decrypt a body of one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        assert (size, length) == (4096, 65)
        assert len(body) <= size
        sender, sealed = body[21:86], body[86:]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), point)
        info = b"WebPush: info\x00" + self.point + sender + b"\x01"
        keying = mac(mac(self.auth, shared), info)
        start = mac(salt, keying)
        key = mac(start, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = mac(start, b"Content-Encoding: nonce\x00\x01")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


@dataclass
class PushService:
    """What it was given, and what it answers next."""

    url: str = ""
    status: int = 201
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def signer(self, index: int = -1) -> str:
        """Check who wrote a message, and give their public key."""
        _path, headers, _body = self.taken[index]
        token, public = headers["authorization"].removeprefix("vapid t=").split(", k=")
        text, _dot, signature = token.rpartition(".")
        raw = unb64(signature)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(public))
        halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        point.verify(encode_dss_signature(*halves), text.encode(), ec.ECDSA(hashes.SHA256()))
        assert json.loads(unb64(text.split(".")[1]))["aud"] == self.url
        return public


@contextmanager
def running() -> Iterator[PushService]:
    """Run one on a free port."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.taken.append((self.path, headers, body))
            self.send_response(service.status)
            if service.status in {301, 302, 307}:
                self.send_header("Location", f"{service.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_parts: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
