"""The terms of a contract as somebody writes them: to weigh (what-if) or to put in force. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from compagnon.contracts.rules import CommitmentTerms, ContractTerms, steps


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """One commitment as written. ``id`` names the one in force that it stays or replaces.

    Empty criteria mean «any»; ``calendar_id`` empty is the contract's own.
    """

    measure: str
    target_seconds: int
    id: int | None = None
    calendar_id: int | None = None
    priorities: tuple[int, ...] = ()
    category_path: str = ""
    service_id: int | None = None
    request_type_id: int | None = None
    kind: str = ""

    @property
    def criteria(self) -> tuple[object, ...]:
        """What tickets it is about: two of one measure with the same are ambiguous."""
        return (
            self.measure,
            tuple(sorted(set(self.priorities))),
            tuple(steps(self.category_path)),
            self.service_id,
            self.request_type_id,
            self.kind,
        )

    @property
    def says(self) -> tuple[object, ...]:
        """All it says, without its key: equal means that nothing changes."""
        return (*self.criteria, self.target_seconds, self.calendar_id)

    def journal_values(self) -> dict[str, Any]:
        """Give the values for the journal, without those that are empty."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "", ())}


@dataclass(frozen=True, slots=True)
class TermsChange:
    """All the terms of a contract as they would be: what is absent is no longer promised."""

    calendar_id: int
    commitments: tuple[CommitmentLine, ...]
    pauses: Mapping[str, bool] = field(default_factory=dict)

    def applied_to(self, contract: ContractTerms) -> ContractTerms:
        """Give the contract as it would be. Commitments get small negative keys, in order."""
        return ContractTerms(
            id=contract.id,
            kind=contract.kind,
            client_id=contract.client_id,
            team_id=contract.team_id,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
            calendar_id=self.calendar_id,
            zone=contract.zone,
            warn_percent=contract.warn_percent,
            commitments=tuple(
                CommitmentTerms(
                    id=-index,
                    measure=line.measure,
                    target_seconds=line.target_seconds,
                    calendar_id=line.calendar_id or self.calendar_id,
                    priorities=frozenset(line.priorities),
                    category_path=line.category_path,
                    service_id=line.service_id,
                    request_type_id=line.request_type_id,
                    kind=line.kind,
                )
                for index, line in enumerate(self.commitments, 1)
            ),
            pauses=dict(self.pauses),
        )


def twins(lines: Iterable[CommitmentLine]) -> list[int]:
    """Give the ranks (from 0) of commitments that say for which tickets another already does."""
    seen: set[tuple[object, ...]] = set()
    found: list[int] = []
    for index, line in enumerate(lines):
        if line.criteria in seen:
            found.append(index)
        seen.add(line.criteria)
    return found
