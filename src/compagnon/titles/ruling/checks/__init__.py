"""The checks that rules name by their ``kind``: functions of a case and a rule's parameters."""

from __future__ import annotations

from collections.abc import Mapping

from compagnon.titles.ruling.cases import Check

from . import admission, elements, juries, sessions, windows

CHECKS: Mapping[str, Check] = {
    **admission.CHECKS,
    **elements.CHECKS,
    **juries.CHECKS,
    **sessions.CHECKS,
    **windows.CHECKS,
}
