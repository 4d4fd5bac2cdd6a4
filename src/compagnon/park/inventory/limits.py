"""How much of a request is read. Anything over is refused, or cut with a note."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep any request under 5 s and 256 MB.

    The largest real inventory met is 1.4 MB: 3,184 packages, some 30,000 values, nested 7 deep.
    """

    body_bytes: int = 8 * MIB
    """As received, compressed or not."""
    inflated_bytes: int = 16 * MIB
    ratio: int = 200
    """Inflated over received, looked at past a mebibyte. Real inventories: 8 to 25."""
    layers: int = 2
    """A proxy may compress again what the agent compressed."""
    members: int = 16
    """Of one gzip file."""
    depth: int = 24
    elements: int = 300_000
    """XML elements or JSON values."""
    attributes: int = 8
    """Of one XML element. Agents write none."""
    text_chars: int = 1_048_576
    """Of one value as read; longer is refused. Real ones: an EDID or a key, under 2,000."""
    value_chars: int = 500
    """Of a fact; longer is cut, with a note."""
    prose_chars: int = 4_000
    """Of a description, a comment, a key."""
    entries: int = 150_000
    """In one section; those beyond are left out, with a note. As many as `elements` lets in."""
    kept_entries: int = 20_000
    """In one section, that are written; how many were not is said of the report."""
    devices: int = 2_000
    """In one network message."""
    notes: int = 50


DEFAULT = Limits()
