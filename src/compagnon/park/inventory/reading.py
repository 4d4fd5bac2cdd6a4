"""From text to one tree, XML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from compagnon.park.inventory.facts import Action
from compagnon.park.inventory.limits import DEFAULT, Limits


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request opened but not yet understood: who, what, and the tree of its content."""

    format: Literal["xml", "json"]
    action: Action
    query: str
    deviceid: str
    content: Mapping[str, Any]
    """Lower-case names; repeated XML sections are lists, as in the agent's JSON."""
    root: Mapping[str, Any]
    """What stands beside the content (``tag``, ``token``, ``partial``, ``itemtype``, tasks…)."""
    agent_id: str | None = None
    """From header ``GLPI-Agent-ID`` when it is a UUID."""
    user_agent: str | None = None
    notes: tuple[str, ...] = ()


def read(
    body: bytes, *, headers: Mapping[str, str] | None = None, limits: Limits = DEFAULT
) -> Envelope:
    """Open a decompressed request. Raises `Unreadable`."""
    raise NotImplementedError
