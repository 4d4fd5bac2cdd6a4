"""A candidacy as decisions read it: frozen, dated, without a name where a reference is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PATHS = ("continuous", "vae", "discontinuous")
REQUESTS = ("title", "ccp", "ccs")
ELEMENTS = ("course_results", "practice_dossier", "situation", "interview", "final_interview")
QUALITIES = ("professional", "trainer", "supervisor", "other")
TIES = (
    "trained",
    "accompanied",
    "employs",
    "kin",
    "shared_employer",
    "shared_training_body",
    "professional",
    "personal",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One thing that judges look at. ``ccp`` is empty when it concerns the whole title.

    Args:
        acquired: what its result says, ``None`` where none is told.
        signed: ``False`` only where it is said not to be signed: it then does not count.
        activities: the activity types that a dossier covers, ``None`` when not told.
    """

    kind: str
    ccp: str = ""
    on: date | None = None
    acquired: bool | None = None
    signed: bool | None = None
    activities: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A CCP that the candidate already holds, under the version it was gained in."""

    ccp: str
    obtained_on: date | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who judges. ``present`` is ``False`` for one who did not come.

    Args:
        ties: what links them to the candidate, of :data:`TIES`.
        recused: they took no part in this candidate's evaluation and deliberation.
        vote: for (true) or against what is asked; ``None`` when no vote is told.
    """

    name: str
    quality: str
    ties: frozenset[str] = frozenset()
    present: bool = True
    recused: bool = False
    chair: bool = False
    sex: str = ""
    experience_months: int | None = None
    left_trade_on: date | None = None
    authorised: bool | None = None
    authorised_until: date | None = None
    qualified: bool | None = None
    vote: bool | None = None

    @property
    def judges(self) -> bool:
        """Whether they take part in the deliberation."""
        return self.present and not self.recused


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the judges decided. ``granted`` is about what was asked; ``ccps`` what they leave."""

    granted: bool | None = None
    ccps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The examination session."""

    on: date | None = None
    remote: bool = False
    remote_mentioned: bool | None = None
    centre_approved: bool | None = None
    approval_until: date | None = None
    summoned_on: date | None = None
    forecast_on: date | None = None
    identity_checked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admissibility:
    """The authority's answer to an application for VAE: favourable, unfavourable or silence."""

    status: str
    notified_on: date | None = None
    requested_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An earlier session for the same title, and what came of it."""

    on: date
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidacy:
    """What is asked, by whom, after what, before whom. ``document`` is the JSON it was read from.

    ``ccps`` of the title is empty unless the candidacy itself lists them.
    """

    title: str
    path: str
    request: str
    reference: str = ""
    version: str = ""
    title_valid_until: date | None = None
    title_ccps: tuple[tuple[str, str], ...] = ()
    asked_ccps: tuple[str, ...] = ()
    ccs: str = ""
    ccs_hosts: tuple[str, ...] = ()
    stage: str = ""
    on: date | None = None
    begun_on: date | None = None
    rule_set: str = ""
    training_completed: bool | None = None
    training_completed_on: date | None = None
    experience_months: int | None = None
    admissibility: Admissibility | None = None
    session: Session = field(default_factory=Session)
    elements: tuple[Element, ...] = ()
    held: tuple[Held, ...] = ()
    titles_held: tuple[tuple[str, date | None], ...] = ()
    jury: tuple[Member, ...] | None = None
    proposal: Proposal | None = None
    competences: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict, compare=False)
