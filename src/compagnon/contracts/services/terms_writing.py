"""The rows behind a change of terms. Commitments are never rewritten: retired and succeeded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.contracts.clock import TARGET_MAX
from compagnon.contracts.errors import Ambiguous
from compagnon.contracts.models import (
    Calendar,
    Commitment,
    PauseRule,
    RequestKind,
    RequestType,
    Service,
    ServiceContract,
)
from compagnon.contracts.proposals import CommitmentLine, TermsChange, twins
from compagnon.contracts.rules import NEVER_COUNTED, PRIORITIES, steps
from compagnon.contracts.subjects import Measure, PauseReason
from compagnon.core.errors import Invalid, Text

MOST_COMMITMENTS = 200
# A stretch solved or cancelled never counts: no rule is written for it.
RULED = tuple(reason for reason in PauseReason if reason.value not in NEVER_COUNTED)
Fields = dict[str, list[Text]]


def check_terms(terms: TermsChange) -> None:
    """Say what cannot be promised.

    Raises:
        Invalid: values that are not valid; ``fields`` are like ``commitments.2.target_seconds``.
        Ambiguous: two commitments are about exactly the same tickets.
    """
    fields: Fields = {}
    if len(terms.commitments) > MOST_COMMITMENTS:
        raise Invalid(fields={"commitments": [_("A contract has at most 200 commitments.")]})
    calendars = set(Calendar.objects.filter(revision__gt=0).values_list("pk", flat=True))
    if terms.calendar_id not in calendars:
        fields["calendar"] = [_("There is no such calendar.")]
    for name in terms.pauses.keys() - {reason.value for reason in RULED}:
        fields.setdefault("pauses", []).append(
            _("«%(name)s» is no reason to wait.") % {"name": name[:40]}
        )
    services = set(Service.objects.values_list("pk", flat=True))
    types = dict(RequestType.objects.values_list("pk", "service_id"))
    for index, line in enumerate(terms.commitments):
        for name, message in _faults(line, calendars, services, types):
            fields.setdefault(f"commitments.{index}.{name}", []).append(message)
    if fields:
        raise Invalid(fields=fields)
    if found := twins(terms.commitments):
        message = _("Another commitment of this measure is about exactly the same tickets.")
        raise Ambiguous(fields={f"commitments.{index}.measure": [message] for index in found})


def _faults(
    line: CommitmentLine, calendars: set[int], services: set[int], types: Mapping[int, int]
) -> Iterable[tuple[str, Text]]:
    if line.measure not in Measure.values:
        yield "measure", _("There is no such measure.")
    if not 1 <= line.target_seconds <= TARGET_MAX:
        yield "target_seconds", _("From one second to ten years.")
    if line.calendar_id is not None and line.calendar_id not in calendars:
        yield "calendar", _("There is no such calendar.")
    if not set(line.priorities) <= set(PRIORITIES):
        yield "priorities", _("Priorities go from 1 to 5.")
    if len(line.category_path) > 200:
        yield "category_path", _("At most 200 characters.")
    if line.kind not in {"", *RequestKind.values}:
        yield "kind", _("There is no such kind of ticket.")
    if line.service_id is not None and line.service_id not in services:
        yield "service", _("There is no such service.")
    if line.request_type_id is not None and line.request_type_id not in types:
        yield "request_type", _("There is no such request type.")


def write_commitments(
    contract: ServiceContract, lines: Sequence[CommitmentLine], *, at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Bring the commitments in force to these; give, for the journal, those retired and added.

    A line that says what the commitment of its ``id`` says keeps it; one that says something else
    succeeds it.
    """
    current = {row.pk: row for row in contract.commitments.filter(retired_at=None)}
    kept: set[int] = set()
    added: list[CommitmentLine] = []
    for line in lines:
        row = current.get(line.id or 0)
        if row is not None and row.pk not in kept and line_of(row).says == line.says:
            kept.add(row.pk)
        else:
            added.append(line)
    retired = [row for key, row in current.items() if key not in kept]
    Commitment.objects.filter(pk__in=[row.pk for row in retired]).update(retired_at=at)
    gone = {row.pk for row in retired}
    Commitment.objects.bulk_create(
        Commitment(
            contract=contract,
            measure=line.measure,
            target_seconds=line.target_seconds,
            calendar_id=line.calendar_id,
            priorities=_stored_priorities(line),
            category_path="/".join(steps(line.category_path)),
            service_id=line.service_id,
            request_type_id=line.request_type_id,
            kind=line.kind,
            replaces_id=line.id if line.id in gone else None,
            created_at=at,
        )
        for line in added
    )
    return (
        [line_of(row).journal_values() for row in retired],
        [line.journal_values() for line in added],
    )


def _stored_priorities(line: CommitmentLine) -> list[int]:
    found = sorted(set(line.priorities))
    return [] if len(found) == len(PRIORITIES) else found


def line_of(row: Commitment) -> CommitmentLine:
    """Write a commitment in force as a line."""
    return CommitmentLine(
        id=row.pk,
        measure=row.measure,
        target_seconds=row.target_seconds,
        calendar_id=row.calendar_id,
        priorities=tuple(row.priorities),
        category_path=row.category_path,
        service_id=row.service_id,
        request_type_id=row.request_type_id,
        kind=row.kind,
    )


def reading_order(row: Commitment) -> tuple[int, bool, list[int], int]:
    """Rank a commitment for reading: take-up first, then by priorities, special ones last."""
    special = bool(row.service_id or row.request_type_id or row.category_path or row.kind)
    return Measure.values.index(row.measure), special, row.priorities, row.target_seconds


def terms_of(contract: ServiceContract) -> TermsChange:
    """Write the terms in force as somebody would propose them."""
    return TermsChange(
        calendar_id=contract.calendar_id,
        commitments=tuple(
            line_of(row)
            for row in sorted(contract.commitments.filter(retired_at=None), key=reading_order)
        ),
        pauses={rule.reason: rule.pauses for rule in contract.pause_rules.all()},
    )


def write_pauses(contract: ServiceContract, pauses: Mapping[str, bool]) -> dict[str, bool]:
    """Bring the pause rules to these."""
    contract.pause_rules.exclude(reason__in=pauses).delete()
    PauseRule.objects.bulk_create(
        [
            PauseRule(contract=contract, reason=reason, pauses=pausing)
            for reason, pausing in pauses.items()
        ],
        update_conflicts=True,
        unique_fields=["contract", "reason"],
        update_fields=["pauses"],
    )
    return dict(pauses)
