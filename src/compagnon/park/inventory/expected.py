"""A message's facts under the names of the reference file."""

from __future__ import annotations

from typing import Any

from compagnon.park.inventory.facts import Reading, Report


def expected_facts(reading: Reading) -> dict[str, Any]:
    """Give the message's facts: a computer's or a device's flat, XML network tasks' in `devices`."""
    raise NotImplementedError


def machine_facts(report: Report) -> dict[str, Any]:
    """Give the facts of one report alone."""
    raise NotImplementedError
