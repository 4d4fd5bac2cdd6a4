"""No order of events grants a title that the rules do not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.titles.ruling.candidacy import Member
from compagnon.titles.ruling.paths import (
    AdmissibilityAnswered,
    Deliberated,
    ElementRecorded,
    Enrolled,
    Event,
    ExperienceProved,
    IllegalEvent,
    PathState,
    Phase,
    SessionCancelled,
    SessionOpened,
    TrainingCompleted,
    Withdrew,
    advance,
    play,
)

START = date(2009, 4, 1)
JURY = (Member(name="A", quality="professional"), Member(name="B", quality="professional"))
PAIR = (Member(name="A", quality="professional"), Member(name="B", quality="trainer"))
TIED = (
    Member(name="A", quality="professional", ties=frozenset({"trained"})),
    Member(name="B", quality="professional"),
)
ALONE = JURY[:1]
ALL = ("1", "2", "3")


# --- an oracle that shares nothing with the engine: it reads the events with its own eyes ---------


def may_hold_title(events: list[Event], path: str) -> bool:  # noqa: C901, PLR0912 - one reading
    """Tell whether some deliberation could lawfully give the title (orders of 2006 and 2008).

    Written from the descriptors, [000] l. 59 to 89: what must have happened before.
    """
    facts = {"training": None, "months": 0, "admissible": None}
    standing: set[str] = set()
    session: SessionOpened | None = None
    brought: set[str] = set()
    gained: dict[str, date] = {}
    for event in events:
        match event:
            case TrainingCompleted():
                facts["training"] = event.on
            case ExperienceProved():
                facts["months"] = event.months
            case AdmissibilityAnswered():
                facts["admissible"] = event.status == "favourable"
            case ElementRecorded():
                (brought if event.kind in {"situation", "interview"} else standing).add(event.kind)
            case SessionOpened():
                session, brought = event, set()
            case SessionCancelled():
                session, brought = None, set()
            case Deliberated() if session is not None:
                have = standing | brought
                if session.request == "title":
                    if event.granted and _title(path, facts, have, session.jury, gained):
                        return True
                    if not event.granted and set(gained) != set(ALL) and path != "discontinuous":  # noqa: SIM102
                        if _title_session(path, facts, have, session.jury):
                            for one in event.ccps:
                                gained.setdefault(one, event.on)
                elif (
                    event.granted
                    and session.jury == PAIR
                    and {"situation", "practice_dossier"} <= have
                ):
                    wanted = [one for one in session.ccps if one not in gained]
                    for one in [one for one in wanted if not event.ccps or one in event.ccps]:
                        gained.setdefault(one, event.on)
                session, brought = None, set()
    return False


def _title(path, facts, have, jury, gained) -> bool:
    if set(gained) == set(ALL):
        first, last = min(gained.values()), max(gained.values())
        in_time = last <= first.replace(year=first.year + 5)
        interviewed = path != "discontinuous" or "interview" in have
        vae = path != "vae" or (facts["months"] >= 36 and facts["admissible"])
        return in_time and interviewed and jury == JURY and bool(vae)
    return path != "discontinuous" and _title_session(path, facts, have, jury)


def _title_session(path, facts, have, jury) -> bool:
    needed = {"practice_dossier", "situation", "interview"}
    if path == "continuous":
        return (
            jury == JURY and facts["training"] is not None and needed | {"course_results"} <= have
        )
    return jury == JURY and facts["months"] >= 36 and bool(facts["admissible"]) and needed <= have


# --- events in any order --------------------------------------------------------------------------

SUBSET = st.sets(st.sampled_from(ALL)).map(lambda one: tuple(sorted(one)))
KINDS = ("course_results", "practice_dossier", "situation", "interview")
EVENT = st.one_of(
    st.builds(dict, kind=st.just("training")),
    st.builds(dict, kind=st.just("experience"), months=st.sampled_from([0, 35, 36, 60])),
    st.builds(dict, kind=st.just("answer"), status=st.sampled_from(["favourable", "unfavourable"])),
    st.builds(dict, kind=st.just("element"), what=st.sampled_from(KINDS)),
    st.builds(dict, kind=st.just("element"), what=st.sampled_from(KINDS)),
    st.builds(dict, kind=st.just("element"), what=st.sampled_from(KINDS)),
    st.builds(
        dict,
        kind=st.just("session"),
        request=st.sampled_from(["title", "title", "ccp"]),
        ccps=st.sampled_from([("1",), ("2",), ("3",), ALL]),
        jury=st.sampled_from([JURY, JURY, PAIR, TIED, ALONE]),
    ),
    st.builds(dict, kind=st.just("deliberation"), granted=st.booleans(), ccps=SUBSET),
    st.builds(dict, kind=st.just("cancel")),
)
GAPS = st.sampled_from([0, 1, 30, 400, 900])


def made(one: dict, on: date) -> Event:  # noqa: PLR0911 - one for each kind
    """Make an event of what was drawn."""
    match one["kind"]:
        case "training":
            return TrainingCompleted(on=on)
        case "experience":
            return ExperienceProved(on=on, months=one["months"])
        case "answer":
            return AdmissibilityAnswered(on=on, status=one["status"])
        case "element":
            return ElementRecorded(on=on, kind=one["what"])
        case "session":
            ccps = () if one["request"] == "title" else one["ccps"]
            return SessionOpened(on=on, request=one["request"], ccps=ccps, jury=one["jury"])
        case "deliberation":
            return Deliberated(on=on, granted=one["granted"], ccps=one["ccps"])
    return SessionCancelled(on=on)


@settings(max_examples=400, deadline=None)
@given(
    path=st.sampled_from(["continuous", "vae", "discontinuous"]),
    drawn=st.lists(st.tuples(EVENT, GAPS), max_size=22),
)
def test_no_order_of_events_grants_what_the_rules_do_not(path, drawn):
    state = advance(PathState(), Enrolled(on=START, title="TP-00485", version="2013", path=path))
    legal: list[Event] = []
    on = START
    for one, gap in drawn:
        on = min(on + timedelta(days=gap), date(2016, 5, 31))
        try:
            state = advance(state, made(one, on))
        except IllegalEvent:
            continue
        legal.append(made(one, on))
    if state.titled:
        assert may_hold_title(legal, path), legal
    assert state.titled == may_hold_title(legal, path)


STORIES = {
    "continuous": (
        TrainingCompleted(on=START),
        ElementRecorded(on=START, kind="course_results"),
        ElementRecorded(on=START, kind="practice_dossier"),
        SessionOpened(on=START, request="title", jury=JURY),
        ElementRecorded(on=START, kind="situation"),
        ElementRecorded(on=START, kind="interview"),
        Deliberated(on=START, granted=True),
    ),
    "vae": (
        ExperienceProved(on=START, months=40),
        AdmissibilityAnswered(on=START, status="favourable"),
        ElementRecorded(on=START, kind="practice_dossier"),
        SessionOpened(on=START, request="title", jury=JURY),
        ElementRecorded(on=START, kind="situation"),
        ElementRecorded(on=START, kind="interview"),
        Deliberated(on=START, granted=True),
    ),
    "discontinuous": (
        ElementRecorded(on=START, kind="practice_dossier"),
        *(
            event
            for ccp in ALL
            for event in (
                SessionOpened(on=START, request="ccp", ccps=(ccp,), jury=PAIR),
                ElementRecorded(on=START, kind="situation"),
                Deliberated(on=START, granted=True),
            )
        ),
        SessionOpened(on=START, request="title", jury=JURY),
        ElementRecorded(on=START, kind="interview"),
        Deliberated(on=START, granted=True),
    ),
}


def enrolled(path: str) -> Enrolled:
    return Enrolled(on=START, title="TP-00485", version="2013", path=path)


@pytest.mark.parametrize("path", STORIES)
def test_each_path_is_played_from_enrolment_to_the_title(path):
    state = play([enrolled(path), *STORIES[path]])
    assert state.titled
    assert state.decisions[-1].grant.title == "TP-00485"


@pytest.mark.parametrize("path", STORIES)
def test_each_path_without_any_one_of_its_events_gives_no_title(path):
    for left_out in range(len(STORIES[path])):
        story = [one for n, one in enumerate(STORIES[path]) if n != left_out]
        state = play([enrolled(path), *story], skip_illegal=True)
        assert not state.titled, STORIES[path][left_out]


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(sorted(STORIES)), data=st.data())
def test_the_events_of_a_path_shuffled_grant_no_more_than_the_rules(path, data):
    story = data.draw(st.permutations(STORIES[path]))
    state = PathState()
    legal = []
    for event in [enrolled(path), *story]:
        try:
            state = advance(state, event)
        except IllegalEvent:
            continue
        legal.append(event)
    assert state.titled == may_hold_title(legal, path)


def test_a_partial_success_goes_on_by_ccp_then_the_title():
    later = START + timedelta(days=200)
    first = [*STORIES["continuous"][:-1], Deliberated(on=START, granted=False, ccps=("1", "3"))]
    state = play([enrolled("continuous"), *first])
    assert [one.ccp for one in state.held] == ["1", "3"]
    state = play([
        enrolled("continuous"), *first,
        SessionOpened(on=later, request="ccp", ccps=("2",), jury=PAIR),
        ElementRecorded(on=later, kind="situation"),
        Deliberated(on=later, granted=True),
        SessionOpened(on=later, request="title", jury=JURY),
        Deliberated(on=later, granted=True),
    ])  # fmt: skip
    assert state.titled


def test_events_out_of_place_are_refused():
    state = play([enrolled("continuous")])
    for event in (
        Deliberated(on=START, granted=True),
        enrolled("continuous"),
        AdmissibilityAnswered(on=START, status="favourable"),
        ElementRecorded(on=START, kind="situation"),
        TrainingCompleted(on=START - timedelta(days=1)),
    ):
        with pytest.raises(IllegalEvent):
            advance(state, event)
    gone = advance(state, Withdrew(on=START))
    assert gone.phase is Phase.WITHDRAWN
    with pytest.raises(IllegalEvent):
        advance(gone, TrainingCompleted(on=START))
