"""``compagnon doctor``: what is wrong here, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import compagnon
from compagnon.config.diagnosis import Finding, Status, diagnose
from compagnon.core import commands

MARKS = {Status.OK: "✓", Status.WARNING: "!", Status.FAILED: "✗"}


class Command(commands.Command):
    """Look at settings, disk, database, clock, mail and worker; change nothing."""

    help = "Check settings, disk, database, clock, mail and worker, and say what to do."

    def carry_out(self, **_options: Any) -> commands.Answer:
        """Give the findings; what failed makes the exit status 1."""
        findings = diagnose()
        failed = [finding.check for finding in findings if finding.status is Status.FAILED]
        return commands.Answer(
            items=[asdict(finding) for finding in findings],
            facts={
                "version": compagnon.__version__,
                "status": max((f.status for f in findings), key=list(Status).index),
            },
            lines=as_lines(findings),
            failed=list(dict.fromkeys(failed)),
        )


def as_lines(findings: list[Finding]) -> Iterator[str]:
    """Tell the findings to a person."""
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        yield f"{MARKS[finding.status]} {finding.check:<{width}}  {finding.message}"
        if finding.advice:
            yield f"  {'':<{width}}  → {finding.advice}"
    count = sum(finding.status is not Status.OK for finding in findings)
    yield ""
    yield (
        ngettext("%(number)d thing to look at.", "%(number)d things to look at.", count)
        % {"number": count}
        if count
        else _("All is well.")
    )
