"""What a monitor says of itself (VESA E-EDID 1.4, section 3)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

_HEADER = bytes.fromhex("00ffffffffffff00")
_NAME, _SERIAL = 0xFC, 0xFF


@dataclass(frozen=True, slots=True)
class Edid:
    """A decoded EDID; ``pnp_id`` is the maker's three letters and the product in hexadecimal."""

    maker: str
    manufacturer: str
    """The maker's name when known (`makers`), else its three letters."""
    product: int
    pnp_id: str
    name: str | None
    serial: str | None
    made: str | None
    """``2013-W11``, or the year alone."""
    width_cm: int | None
    height_cm: int | None


def decode_edid(encoded: str | None) -> Edid | None:
    """Decode base64; None when it is no EDID. The first 128 bytes are enough."""
    if not encoded:
        return None
    try:
        block = base64.b64decode("".join(encoded.split()), validate=True)[:128]
    except (binascii.Error, ValueError):
        return None
    if len(block) < 128 or not block.startswith(_HEADER) or sum(block) % 256:
        return None
    maker = _maker(block)
    product = int.from_bytes(block[10:12], "little")
    number = int.from_bytes(block[12:16], "little")
    texts = _descriptors(block)
    return Edid(
        maker=maker,
        manufacturer=maker_name(maker),
        product=product,
        pnp_id=f"{maker}{product:04X}",
        name=texts.get(_NAME),
        serial=texts.get(_SERIAL) or (f"{number:08x}" if number not in (0, 0x01010101) else None),
        made=_made(block[16], block[17]),
        width_cm=block[21] or None,
        height_cm=block[22] or None,
    )


def maker_name(pnp: str) -> str:
    """The company of a PNP id's three letters, or the letters."""
    from compagnon.park.normalising.facts import load

    return str(load("makers")["monitors"].get(pnp.upper(), pnp))


def _maker(block: bytes) -> str:
    """Three letters of five bits each, A being 1."""
    packed = int.from_bytes(block[8:10], "big")
    return "".join(chr(64 + (packed >> shift & 0x1F)) for shift in (10, 5, 0))


def _descriptors(block: bytes) -> dict[int, str]:
    texts: dict[int, str] = {}
    for start in (54, 72, 90, 108):
        piece = block[start : start + 18]
        if piece[:3] == b"\0\0\0" and piece[3] in (_NAME, _SERIAL):
            text = piece[5:].split(b"\n")[0].decode("cp437", "replace").strip()
            if text and text.isprintable():
                texts.setdefault(piece[3], text)
    return texts


def _made(week: int, year: int) -> str | None:
    if not year:
        return None
    return f"{1990 + year}-W{week:02}" if 0 < week <= 54 else str(1990 + year)
