"""What a label says: the address of its asset, read back from whatever a camera or a hand gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 200
_OURS = re.compile(r"/park/scan/(\d{1,18})/?")


@dataclass(frozen=True, slots=True)
class Code:
    """What was read: the key of an asset where it is one of our labels, and the text."""

    text: str
    asset_id: int | None


def read(text: str) -> Code:
    """Read a code: one of our addresses (whatever the host), or a number as it is."""
    word = " ".join(text.split())[:LONGEST]
    try:
        path = urlsplit(word).path if "://" in word else ""
    except ValueError:
        path = ""
    match = _OURS.fullmatch(path)
    return Code(word, int(match[1]) if match else None)


def write(base: str, asset_id: int) -> str:
    """Give the text of an asset's label: an address that any phone's camera opens."""
    return f"{base.rstrip('/')}/park/scan/{asset_id}/"
