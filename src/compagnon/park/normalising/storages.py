"""Which storages are disks."""

from __future__ import annotations

import re

# Words met in TYPE, DESCRIPTION, NAME, MODEL and INTERFACE of the agents (Windows media types,
# Linux device names, models of drives), each whole.
_NOT_A_DISK = re.compile(
    r"""
      \b(?:cd|dvd|bd|blu-?ray|optical|floppy|removable|disquette|amovible|tape)\b
    | \b(?:cd|dvd|bd)[-_ ]?(?:rom|ram|rw?|re|writer|\+-?rw)\b | dvdram | dvd[a-z]*rw
    | \bcd/dvd\b | \bsuper-?multi\b | \bodd\b
    | card[ -]?reader | \bmulti[ -]?card\b | \bsd[/ -]?mmc\b | \bmicro ?sd\b | \bsd[ -]?card\b
    | compact ?flash | memory ?stick | smart ?media | \bcrw\b | \breader\b | lecteur[ ]de[ ]cartes?
    | ^(?:/dev/)?(?:sr|scd|fd|cdrom|acd)\d+$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_disk(
    *,
    name: str | None = None,
    model: str | None = None,
    type: str | None = None,  # noqa: A002  (the agents' own word)
    description: str | None = None,
    interface: str | None = None,
) -> bool:
    """Tell a fixed disk from an optical, floppy or removable drive and a card reader."""
    return not any(
        _NOT_A_DISK.search(told) for told in (name, model, type, description, interface) if told
    )
