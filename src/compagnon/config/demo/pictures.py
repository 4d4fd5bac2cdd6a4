"""Small pictures drawn by seed: signatures on a phone, screens that show an error."""

from __future__ import annotations

import struct
import zlib
from random import Random

Canvas = list[bytearray]
WHITE = 255


def _png(canvas: Canvas, palette: bytes) -> bytes:
    """Write rows of palette indexes as a PNG file."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", len(canvas[0]), len(canvas), 8, 3, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(row) for row in canvas)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"PLTE", palette)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _box(canvas: Canvas, left: int, top: int, size: tuple[int, int], colour: int) -> None:
    width, height = size
    for row in canvas[top : top + height]:
        row[left : left + width] = bytes([colour]) * len(row[left : left + width])


def signature(rng: Random) -> bytes:
    """Draw what a finger leaves: a few loops from left to right."""
    width, height = 320, 110
    canvas = [bytearray(width) for _ in range(height)]
    x, y = 25.0, height / 2
    dx, dy = 2.2, -3.0
    while x < width - 30:
        dx = min(3.2, max(-1.6, dx + rng.uniform(-0.9, 0.95)))
        dy += rng.uniform(-1.5, 1.5) + (height / 2 - y) / 60
        dy = min(5.0, max(-5.0, dy))
        for part in range(6):
            at_x, at_y = int(x + dx * part / 6), int(y + dy * part / 6)
            if 2 <= at_y < height - 3 and 2 <= at_x < width - 3:
                _box(canvas, at_x, at_y, (3, 3), 1)
        x, y = x + dx, min(height - 8, max(8, y + dy))
    return _png(canvas, bytes([255, 255, 255, 20, 30, 90]))


def screen(rng: Random) -> bytes:
    """Draw a window with lines of text and a message in the middle."""
    width, height = 480, 300
    canvas = [bytearray(width) for _ in range(height)]
    _box(canvas, 0, 0, (width, 22), 1)
    for line in range(9):
        _box(canvas, 16, 40 + line * 26, (rng.randrange(120, 430), 9), 2)
    _box(canvas, 110, 95, (260, 110), 3)
    _box(canvas, 110, 95, (260, 20), 4)
    for line in range(3):
        _box(canvas, 126, 132 + line * 18, (rng.randrange(90, 225), 8), 5)
    _box(canvas, 290, 180, (66, 16), 1)
    tint = rng.randrange(60, 160)
    return _png(
        canvas,
        bytes([255, 255, 255, 40, 70, tint, 214, 219, 226])
        + bytes([247, 247, 250, 190, 40, 50, 110, 114, 122]),
    )


def log(rng: Random) -> bytes:
    """Write a program's log."""
    lines = [
        f"2026-0{rng.randrange(1, 10)}-1{rng.randrange(10)} 0{rng.randrange(7, 10)}:"
        f"{rng.randrange(10, 60)}:{rng.randrange(10, 60)} "
        f"{rng.choice(('INFO', 'INFO', 'WARN', 'ERROR'))} "
        f"{rng.choice(('session', 'spool', 'vpn', 'sillage.db', 'profil'))} "
        f"code=0x{rng.randrange(16**6):06x}"
        for _line in range(rng.randrange(12, 30))
    ]
    return "\r\n".join(lines).encode()
