"""A candidate's journey as events, from enrolment to decision: what may follow what.

The state is only what its events make it. Nothing grants but a deliberation, which asks
:func:`compagnon.titles.ruling.decide` with what the events say; an event that may not come where it
stands is refused and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from .candidacy import Admissibility, Candidacy, Element, Held, Member, Proposal, Session
from .deciding import decide
from .decision import Decision, Outcome


class Phase(StrEnum):
    """Where a journey stands."""

    NEW = "new"
    PREPARING = "preparing"
    IN_SESSION = "in_session"
    TITLED = "titled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a day."""

    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """The journey begins: a title, a version, a path."""

    title: str
    path: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCompleted(Event):
    """The training is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceProved(Event):
    """So many months of experience are proved."""

    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissibilityAnswered(Event):
    """The authority answered an application for VAE."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRecorded(Event):
    """Something that judges look at is there."""

    kind: str
    ccp: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Event):
    """A session for a title, or for CCPs, before these judges."""

    request: str
    ccps: tuple[str, ...] = ()
    jury: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliberated(Event):
    """The judges decided; the session is over."""

    granted: bool
    ccps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled(Event):
    """The session did not go to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrew(Event):
    """The candidate gave up."""


_PREPARATION: tuple[type[Event], ...] = (
    TrainingCompleted, ExperienceProved, AdmissibilityAnswered, ElementRecorded, SessionOpened,
    Withdrew,
)  # fmt: skip
LEGAL: dict[Phase, tuple[type[Event], ...]] = {
    Phase.NEW: (Enrolled,),
    Phase.PREPARING: _PREPARATION,
    Phase.IN_SESSION: (ElementRecorded, Deliberated, SessionCancelled, Withdrew),
    Phase.TITLED: (),
    Phase.WITHDRAWN: (),
}
# What belongs to a path only: an application for VAE has no meaning in training.
PATH_EVENTS: dict[type[Event], frozenset[str]] = {
    TrainingCompleted: frozenset({"continuous", "discontinuous"}),
    AdmissibilityAnswered: frozenset({"vae"}),
}
# Made before the judges: they do not outlive the session.
OF_SESSION = frozenset({"situation", "interview", "final_interview"})


class IllegalEvent(ValueError):
    """The event may not come where the journey stands."""


@dataclass(frozen=True, slots=True)
class PathState:
    """A journey as its events made it."""

    phase: Phase = Phase.NEW
    last: date | None = None
    title: str = ""
    version: str = ""
    path: str = ""
    begun_on: date | None = None
    training_completed_on: date | None = None
    experience_months: int | None = None
    admissibility: Admissibility | None = None
    elements: tuple[Element, ...] = ()
    held: tuple[Held, ...] = ()
    session: SessionOpened | None = None
    decisions: tuple[Decision, ...] = field(default=(), compare=False)

    @property
    def titled(self) -> bool:
        """Whether the title was granted."""
        return self.phase is Phase.TITLED


def advance(state: PathState, event: Event) -> PathState:
    """Give the state after an event.

    Raises:
        IllegalEvent: it may not come now, or comes before the last one.
    """
    if not isinstance(event, LEGAL[state.phase]):
        raise IllegalEvent(f"{type(event).__name__} in {state.phase}")
    if state.last is not None and event.on < state.last:
        raise IllegalEvent(f"{type(event).__name__} on {event.on}, after {state.last}")
    if state.path and state.path not in PATH_EVENTS.get(type(event), {state.path}):
        raise IllegalEvent(f"{type(event).__name__} on the path {state.path}")
    return replace(_changed(state, event), last=event.on)


def play(events: Iterable[Event], *, skip_illegal: bool = False) -> PathState:
    """Give the state after events in their order.

    Args:
        skip_illegal: leave out those that may not come where they stand.

    Raises:
        IllegalEvent: one may not, and they are not left out.
    """
    state = PathState()
    for event in events:
        try:
            state = advance(state, event)
        except IllegalEvent:
            if not skip_illegal:
                raise
    return state


def _changed(state: PathState, event: Event) -> PathState:  # noqa: PLR0911 - one for each kind
    match event:
        case Enrolled():
            return replace(
                state, phase=Phase.PREPARING, title=event.title, version=event.version,
                path=event.path, begun_on=event.on,
            )  # fmt: skip
        case TrainingCompleted():
            return replace(state, training_completed_on=event.on)
        case ExperienceProved():
            return replace(state, experience_months=event.months)
        case AdmissibilityAnswered():
            answer = Admissibility(status=event.status, notified_on=event.on)
            return replace(state, admissibility=answer)
        case ElementRecorded():
            return _recorded(state, event)
        case SessionOpened():
            return replace(_without_session(state), phase=Phase.IN_SESSION, session=event)
        case SessionCancelled():
            return replace(_without_session(state), phase=Phase.PREPARING)
        case Deliberated():
            return _deliberated(state, event)
    return replace(state, phase=Phase.WITHDRAWN, session=None)


def _recorded(state: PathState, event: ElementRecorded) -> PathState:
    if event.kind in OF_SESSION and state.phase is not Phase.IN_SESSION:
        raise IllegalEvent(f"{event.kind} outside a session")
    one = Element(kind=event.kind, ccp=event.ccp, on=event.on)
    return replace(state, elements=(*state.elements, one))


def _without_session(state: PathState) -> PathState:
    kept = tuple(one for one in state.elements if one.kind not in OF_SESSION)
    return replace(state, elements=kept, session=None)


def _deliberated(state: PathState, event: Deliberated) -> PathState:
    decision = decide(candidacy_of(state, event))
    gained = tuple(
        Held(ccp=number, obtained_on=event.on, version=decision.case.version.version)
        for number in decision.grant.ccps
    )
    titled = decision.outcome is Outcome.GRANTED and bool(decision.grant.title)
    return replace(
        _without_session(state),
        phase=Phase.TITLED if titled else Phase.PREPARING,
        held=(*state.held, *gained),
        decisions=(*state.decisions, decision),
    )


def candidacy_of(state: PathState, event: Deliberated) -> Candidacy:
    """Give the candidacy that the judges decide on, from what the events say."""
    session = state.session
    assert session is not None  # noqa: S101 - a deliberation is legal in a session only
    return Candidacy(
        title=state.title,
        version=state.version,
        path=state.path,
        request=session.request,
        asked_ccps=session.ccps,
        on=event.on,
        begun_on=state.begun_on,
        # The events are the whole journey: a training that did not end is not over.
        training_completed=state.training_completed_on is not None,
        training_completed_on=state.training_completed_on,
        experience_months=state.experience_months or 0,
        admissibility=state.admissibility,
        session=Session(on=session.on),
        elements=state.elements,
        held=state.held,
        jury=session.jury,
        proposal=Proposal(granted=event.granted, ccps=event.ccps),
    )
