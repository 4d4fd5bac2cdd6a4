"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How grave a finding is. A warning is for the operator to judge; a failure needs repair."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: a stable name, how it stands, and what to do when it is not well."""

    check: str
    status: Status
    message: str
    advice: str = ""


Check = Callable[[], Iterator[Finding]]


def ok(check: str, message: str) -> Finding:
    """Say that a thing is well."""
    return Finding(check, Status.OK, message)


def warning(check: str, message: str, advice: str) -> Finding:
    """Say that a thing may be amiss."""
    return Finding(check, Status.WARNING, message, advice)


def failed(check: str, message: str, advice: str) -> Finding:
    """Say that a thing needs repair."""
    return Finding(check, Status.FAILED, message, advice)
