"""A body read whole: the four steps of `park.inventory`, as one call."""

from __future__ import annotations

from collections.abc import Mapping

from compagnon.park.inventory import Reading, decode, parse, read


def understand(raw: bytes, headers: Mapping[str, str] | None = None) -> Reading:
    """Give what a body says.

    Raises:
        Unreadable: it is no message of an agent, or over a limit.
    """
    return parse(read(decode(raw, headers=headers), headers=headers))
