"""What is wrong with an installation, in plain words, with what to do about it.

A check is a function that yields findings; a module here groups the checks of one subject. Checks
read and never repair; a check that needs the database says nothing when there is none, since the
database's own check has said so.
"""

from __future__ import annotations

from compagnon.config.diagnosis.findings import Check, Finding, Status

__all__ = ["Check", "Finding", "Status", "diagnose"]


def diagnose() -> list[Finding]:
    """Run every check, in the order in which one would repair."""
    from compagnon.config.diagnosis import (
        connections,
        database,
        machine,
        mail,
        settings,
        work,
    )

    checks: list[Check] = [*settings.CHECKS, *machine.CHECKS, *database.CHECKS]
    found = [finding for check in checks for finding in check()]
    usable = not any(
        finding.status is Status.FAILED
        for finding in found
        if finding.check in {"database", "migrations"}
    )
    later: list[Check] = [*mail.CHECKS, *(work.CHECKS if usable else [])]
    if usable:
        later += [*mail.CHECKS_OF_TABLES, *connections.CHECKS_OF_TABLES]
    return found + [finding for check in later for finding in check()]
