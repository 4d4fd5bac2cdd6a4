"""How much of a request is read. Anything over is refused, never swallowed in silence."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep any request under 5 s and 256 MB.

    The largest real inventory met is 1.4 MB (3,184 packages), 90,000 values, nested 7 deep.
    """

    body_bytes: int = 8 * MIB
    """As received, compressed or not."""
    inflated_bytes: int = 24 * MIB
    ratio: int = 200
    """Inflated over received, once past a mebibyte. Real inventories: 10 to 20."""
    depth: int = 24
    elements: int = 400_000
    """XML elements or JSON values."""
    text_chars: int = 65_536
    """Of one value; the longest real one is a base64 EDID or an SSH key, under 2,000."""
    attributes: int = 8
    """Of one XML element. Agents write none."""
    entries: int = 50_000
    """In one section."""
    devices: int = 2_000
    """In one network message."""


DEFAULT = Limits()
