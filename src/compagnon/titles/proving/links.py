"""What the QR code of an attestation says: where to check it, and enough to check it offline.

``https://…/titles/verify/TOKEN#AT-2026-3-00012.DIGEST``: the part behind ``#`` never reaches a
server. It holds the number and the SHA-256 of the credential's canonical form (base64url), so that
a paper copy and a file can be told to be the same one without any network.
"""

from __future__ import annotations

import base64
import hmac

from compagnon.titles.proving import data_integrity
from compagnon.titles.proving.documents import Document
from compagnon.titles.proving.errors import Unproven


def write(page: str, number: str, document: Document) -> str:
    """Give the text of the QR code of a credential."""
    return f"{page}#{number}.{_digest(document)}"


def compare(link: str, document: Document) -> None:
    """Refuse unless a QR code's text is that of this credential.

    Raises:
        Unproven: ``link-form`` or ``link-differs``.
    """
    _page, hash_, rest = link.strip().partition("#")
    _number, dot, digest = rest.rpartition(".")
    if not hash_ or not dot:
        raise Unproven("link-form")
    if not hmac.compare_digest(digest.encode(), _digest(document).encode()):
        raise Unproven("link-differs")


def _digest(document: Document) -> str:
    return base64.urlsafe_b64encode(data_integrity.digest(document)).decode().rstrip("=")
