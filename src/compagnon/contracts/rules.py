"""Which contract and which commitment apply, and what pauses a clock. Pure: no ORM.

Choice of a commitment, for one measure of a subject:

1. *Contracts*: in force on the day the subject was opened (in the zone of the contract's
   calendar), whose client is the subject's organisation or one it is part of. An agreement between
   teams applies to the subjects in charge of its team.
2. *Commitments*: those whose every criterion fits the facts. An empty criterion fits anything; a
   criterion on a fact that is not known yet (no priority) does not fit. A service stands for what
   is part of it, a category for what is below it.
3. The organisation nearest to the subject's with a commitment that fits wins: a department's
   contract on one service leaves the company's contract to hold for the rest.
4. Among those left, the most specific: :func:`specificity`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from compagnon.contracts.subjects import Facts, PauseReason

PRIORITIES = (1, 2, 3, 4, 5)

DEFAULT_PAUSES: Mapping[str, bool] = {
    PauseReason.WAITING_USER: True,
    PauseReason.APPOINTMENT: True,
    PauseReason.WAITING_SUPPLIER: False,
    PauseReason.WAITING_APPROVAL: True,
    PauseReason.OTHER: False,
    PauseReason.SOLVED: True,
    PauseReason.CANCELLED: True,
    PauseReason.MERGED: True,
}
"""What holds where a contract says nothing. The supplier is the provider's own affair."""


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """A commitment as rows say it; ``calendar_id`` is the override or the contract's own."""

    id: int
    measure: str
    target_seconds: int
    calendar_id: int
    priorities: frozenset[int] = frozenset()
    category_path: str = ""
    service_id: int | None = None
    request_type_id: int | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """A contract with its commitments in force and its pause rules."""

    id: int
    kind: str
    client_id: int | None
    team_id: int | None
    starts_on: date
    ends_on: date | None
    calendar_id: int
    zone: str
    warn_percent: int
    commitments: tuple[CommitmentTerms, ...]
    pauses: Mapping[str, bool] = field(default_factory=dict)

    def in_force(self, at: datetime) -> bool:
        """Whether the contract holds at that instant, on the day it is in the contract's zone."""
        day = at.astimezone(ZoneInfo(self.zone)).date()
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Choice:
    """The commitment that applies, in its contract."""

    contract: ContractTerms
    commitment: CommitmentTerms


NEVER_COUNTED = frozenset(
    {PauseReason.SOLVED.value, PauseReason.CANCELLED.value, PauseReason.MERGED.value}
)

Lineage = Mapping[int, tuple[int, ...]]
"""For each service, itself then what it is part of, up to the top."""


def fits(commitment: CommitmentTerms, facts: Facts, lineage: Lineage) -> bool:
    """Tell whether every criterion of the commitment fits the facts."""
    return (
        (not commitment.priorities or facts.priority in commitment.priorities)
        and (not commitment.kind or commitment.kind == facts.kind)
        and commitment.request_type_id in {None, facts.request_type_id}
        and (
            commitment.service_id is None
            or commitment.service_id in services_of(facts.service_id, lineage)
        )
        and is_below(facts.category_path, commitment.category_path)
    )


def services_of(service_id: int | None, lineage: Lineage) -> tuple[int, ...]:
    """Give a service and all it is part of; nothing when there is none."""
    return () if service_id is None else lineage.get(service_id, (service_id,))


def is_below(path: str, prefix: str) -> bool:
    """Tell whether a category path is ``prefix`` or below it; both with or without end slashes."""
    wanted = steps(prefix)
    return steps(path)[: len(wanted)] == wanted


def steps(path: str) -> list[str]:
    """Give the categories of a path, from the root."""
    return [step for step in path.split("/") if step]


def specificity(
    commitment: CommitmentTerms, contract: ContractTerms, lineage: Lineage
) -> tuple[int | bool, ...]:
    """Give the rank of a commitment that fits: the greatest applies, and no two are equal.

    In this order: names a request type; names the deepest service; the longest category; fewest
    priorities; a kind of ticket; the contract that started last; the contract and the commitment
    written last.
    """
    return (
        commitment.request_type_id is not None,
        len(services_of(commitment.service_id, lineage)),
        len(steps(commitment.category_path)),
        len(PRIORITIES) + 1 - len(commitment.priorities) if commitment.priorities else 0,
        bool(commitment.kind),
        contract.starts_on.toordinal(),
        contract.id,
        commitment.id,
    )


def choose(
    contracts: Iterable[ContractTerms],
    *,
    measure: str,
    facts: Facts,
    ancestry: tuple[int, ...],
    lineage: Lineage,
) -> Choice | None:
    """Give the commitment that applies for one measure, or None.

    Args:
        contracts: those in force.
        ancestry: the subject's organisation's chain from the root, itself last; a contract whose
            client is none of them does not apply, one with a team applies whatever they are.
    """
    depth = {organisation_id: index for index, organisation_id in enumerate(ancestry)}
    best: tuple[tuple[int | bool, ...], Choice] | None = None
    for contract in contracts:
        if contract.client_id is not None and contract.client_id not in depth:
            continue
        near = depth[contract.client_id] if contract.client_id is not None else 0
        for commitment in contract.commitments:
            if commitment.measure != measure or not fits(commitment, facts, lineage):
                continue
            rank = (near, *specificity(commitment, contract, lineage))
            if best is None or rank > best[0]:
                best = (rank, Choice(contract, commitment))
    return best[1] if best else None


def pauses(rules: Mapping[str, bool], reason: str) -> bool:
    """Tell whether clocks wait for that reason; a reason nobody ruled on does not stop them.

    Solved and cancelled always stop them: nothing is left to do until it is reopened.
    """
    if reason in NEVER_COUNTED:
        return True
    return rules.get(reason, DEFAULT_PAUSES.get(reason, False))


def warn_after(target_seconds: int, warn_percent: int) -> int:
    """Give the counted seconds from which a commitment is at risk, at least one before its end."""
    return min(target_seconds * warn_percent // 100, max(target_seconds - 1, 0))
