"""Every term in force, kept in the memory of the process under the stamp of the last change.

A clock's verb costs one query here: the stamp and the organisation's path together. Terms are
loaded anew when the stamp in the database is another than the one they were loaded under.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Prefetch, Subquery

from compagnon.contracts.clock.calendars import Calendar as ClockCalendar
from compagnon.contracts.frozen import calendar_of
from compagnon.contracts.models import (
    CalendarRevision,
    Commitment,
    ContractKind,
    ContractState,
    Service,
    ServiceContract,
    TermsStamp,
)
from compagnon.contracts.rules import Choice, CommitmentTerms, ContractTerms, Lineage, choose
from compagnon.contracts.subjects import Facts
from compagnon.core.errors import NotFound
from compagnon.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Frozen:
    """The revision of a calendar that counts now."""

    revision_id: int
    calendar: ClockCalendar


@dataclass(frozen=True, slots=True)
class Terms:
    """All contracts but drafts, all calendars in force, and the service tree.

    Ended contracts stay: what was opened under one is governed by it to the end.
    """

    stamp: uuid.UUID | None
    by_client: dict[int, tuple[ContractTerms, ...]]
    by_team: dict[int, tuple[ContractTerms, ...]]
    by_id: dict[int, ContractTerms]
    calendars: dict[int, Frozen]
    lineage: Lineage = field(default_factory=dict)
    by_supplied: dict[int, tuple[ContractTerms, ...]] = field(default_factory=dict)

    def candidates(
        self, kind: str, ancestry: tuple[int, ...], facts: Facts, opened_at: datetime
    ) -> tuple[ContractTerms, ...]:
        """Give the contracts of that kind that may apply to a subject opened then."""
        if kind == ContractKind.OLA:
            found = self.by_team.get(facts.team_id or 0, ())
        else:
            supply = kind == ContractKind.UNDERPINNING
            parties = self.by_supplied if supply else self.by_client
            found = tuple(each for key in ancestry for each in parties.get(key, ()))
        return tuple(each for each in found if each.in_force(opened_at))

    def choose(
        self,
        contracts: tuple[ContractTerms, ...],
        measure: str,
        facts: Facts,
        ancestry: tuple[int, ...],
    ) -> Choice | None:
        """Give the commitment that applies; see ``rules.choose``."""
        return choose(
            contracts, measure=measure, facts=facts, ancestry=ancestry, lineage=self.lineage
        )

    def calendar(self, choice: Choice) -> Frozen:
        """Give the calendar a commitment counts on."""
        return self.calendars[choice.commitment.calendar_id]


_held: Terms | None = None


def touch() -> None:
    """Say, in the transaction of a change, that terms changed."""
    TermsStamp.objects.update_or_create(id=1, defaults={"stamp": uuid.uuid4()})


def current() -> Terms:
    """Give the terms in force."""
    return _under(TermsStamp.objects.values_list("stamp", flat=True).first())


def current_for(organisation_id: int) -> tuple[Terms, tuple[int, ...]]:
    """Give the terms in force and the organisation's chain from the root, in one query.

    Raises:
        NotFound: no such organisation.
    """
    row = (
        Organisation.objects.filter(pk=organisation_id)
        .annotate(stamp=Subquery(TermsStamp.objects.values("stamp")[:1]))
        .values_list("path", "stamp")
        .first()
    )
    if row is None:
        raise NotFound
    return _under(row[1]), ancestry(row[0], organisation_id)


def ancestry(path: str, organisation_id: int) -> tuple[int, ...]:
    """Read an organisation's path, ``/1/4/9/``, as keys from the root; itself is always last."""
    keys = tuple(int(step) for step in path.split("/") if step)
    return keys if keys and keys[-1] == organisation_id else (*keys, organisation_id)


def _under(stamp: uuid.UUID | None) -> Terms:
    global _held  # noqa: PLW0603 - one per process, replaced whole: readers never see half of it
    held = _held
    if held is not None and stamp is not None and held.stamp == stamp:
        return held
    loaded = load(stamp)
    if stamp is not None:
        _held = loaded
    return loaded


def load(stamp: uuid.UUID | None = None) -> Terms:
    """Read every term from the database, in six queries."""
    frozen = {
        revision.calendar_id: Frozen(revision.pk, calendar_of(revision))
        for revision in CalendarRevision.objects.filter(number=F("calendar__revision"))
    }
    contracts = [
        contract_terms(contract, contract.in_force)
        for contract in ServiceContract.objects.exclude(state=ContractState.DRAFT)
        .select_related("calendar")
        .prefetch_related(
            "pause_rules",
            Prefetch(
                "commitments",
                Commitment.objects.filter(retired_at=None),
                to_attr="in_force",
            ),
        )
    ]
    by_client: dict[int, list[ContractTerms]] = {}
    by_team: dict[int, list[ContractTerms]] = {}
    by_supplied: dict[int, list[ContractTerms]] = {}
    for contract in contracts:
        if contract.kind == ContractKind.SLA and contract.client_id is not None:
            by_client.setdefault(contract.client_id, []).append(contract)
        elif contract.kind == ContractKind.OLA and contract.team_id is not None:
            by_team.setdefault(contract.team_id, []).append(contract)
        elif contract.kind == ContractKind.UNDERPINNING and contract.client_id is not None:
            by_supplied.setdefault(contract.client_id, []).append(contract)
    return Terms(
        stamp=stamp,
        by_client={key: tuple(found) for key, found in by_client.items()},
        by_team={key: tuple(found) for key, found in by_team.items()},
        by_id={contract.id: contract for contract in contracts},
        calendars=frozen,
        lineage=service_lineage(),
        by_supplied={key: tuple(found) for key, found in by_supplied.items()},
    )


def contract_terms(contract: ServiceContract, commitments: Iterable[Commitment]) -> ContractTerms:
    """Read a contract's rows as terms; ``calendar`` and ``pause_rules`` are best prefetched."""
    return ContractTerms(
        id=contract.pk,
        kind=contract.kind,
        client_id=contract.client_id,
        team_id=contract.team_id,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        calendar_id=contract.calendar_id,
        zone=contract.calendar.time_zone,
        warn_percent=contract.warn_percent,
        commitments=tuple(
            CommitmentTerms(
                id=each.pk,
                measure=each.measure,
                target_seconds=each.target_seconds,
                calendar_id=each.calendar_id or contract.calendar_id,
                priorities=frozenset(each.priorities),
                category_path=each.category_path,
                service_id=each.service_id,
                request_type_id=each.request_type_id,
                kind=each.kind,
            )
            for each in commitments
        ),
        pauses={rule.reason: rule.pauses for rule in contract.pause_rules.all()},
    )


def service_lineage() -> Lineage:
    """Give, for each service, itself then what it is part of."""
    parents = dict(Service.objects.values_list("id", "parent_id"))

    def chain(key: int) -> tuple[int, ...]:
        found = [key]
        while (parent := parents.get(found[-1])) is not None and parent not in found:
            found.append(parent)
        return tuple(found)

    return {key: chain(key) for key in parents}


def measures_possible(contracts: Iterable[ContractTerms]) -> frozenset[str]:
    """Give the measures that some commitment of these contracts counts, whatever the facts."""
    return frozenset(
        commitment.measure for contract in contracts for commitment in contract.commitments
    )
