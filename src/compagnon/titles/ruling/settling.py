"""What the judges decided, within what the rules let them: the outcome and what it grants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .cases import Case, Verdict, ccp_number
from .checks.juries import judging
from .decision import Applied, Grant, IssuedPaper, Outcome, Question
from .json_values import FALSE, TRUE
from .rule_sets import Rule
from .vocabulary import VERDICT_WORDS
from .wording import Words

DECISION = "jury.decision"
CONTRADICTION = "jury.contradiction"
TIE = "jury.tie"


@dataclass(slots=True)
class Settlement:
    """What is being settled; rules of effect ``settle`` write on it in the order of the set."""

    case: Case
    granted: bool | None = None
    leaves: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    outcome: Outcome = Outcome.REFUSED
    grant: Grant = field(default_factory=Grant)
    applied: list[Applied] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    warnings: list[Words] = field(default_factory=list)
    next_steps: list[Words] = field(default_factory=list)
    papers: list[IssuedPaper] = field(default_factory=list)

    def note(self, rule: Rule, words: Words, inputs: Mapping[str, Any] | None = None) -> None:
        """Keep what a rule found; it shaped the outcome."""
        self.applied.append(Applied(rule, Verdict.MET, words, inputs or {}, decisive=True))

    def ask(self, key: str, words: Words, options: tuple[str, ...], rule: Rule) -> object:
        """Give the kept answer to a question, or ask it."""
        answer = self.case.candidacy.answers.get(key)
        if answer is None:
            self.questions.append(Question(key, words, options, rule.id))
        return answer

    def holds_all(self) -> bool:
        """Whether every CCP of the title is held, with those granted now."""
        have = set(self.case.held) | set(self.grant.ccps)
        return bool(self.case.version.numbers) and set(self.case.version.numbers) <= have


def settle(case: Case, rules: list[Rule]) -> Settlement:
    """Apply the rules that shape the outcome, in their order."""
    found = Settlement(case)
    by_kind = {rule.kind: rule for rule in rules}
    for kind in ("judges_decide", "requirement"):
        if kind in by_kind:
            STEPS[kind](found, by_kind[kind])
    if found.granted is not None and not found.questions:
        _outcome(found, by_kind.get("refusal_leaves"))
        for rule in rules:
            if rule.kind in AFTER:
                AFTER[rule.kind](found, rule)
    return found


def affirmed(value: object) -> bool:
    """Read a kept answer as yes or no."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    return word in TRUE or (word not in FALSE and VERDICT_WORDS.get(word, word) == "granted")


# --- what the judges said ---------------------------------------------------------------------


def _judges_decide(found: Settlement, rule: Rule) -> None:
    case = found.case
    proposal = case.candidacy.proposal
    named = tuple(
        ccp_number(case, name, f"/proposal/ccps/{n}")
        for n, name in enumerate(proposal.ccps if proposal else ())
    )
    found.leaves = tuple(dict.fromkeys(named))
    if proposal is not None and proposal.granted is not None:
        found.granted = proposal.granted
        _contradiction(found, rule)
        found.note(rule, _said(found.granted), {"proposal": proposal.granted, "ccps": named})
        return
    votes = {one.name: one.vote for one in judging(case) if one.vote is not None}
    if votes:
        _count(found, rule, votes)
        return
    if proposal is not None and found.leaves:
        found.granted = case.candidacy.request == "ccp" and set(case.asked) <= set(found.leaves)
        found.note(rule, _said(found.granted), {"ccps": named})
        return
    marks = _marks(case)
    if marks and set(_concerned(case)) <= marks.keys():
        found.granted = all(marks[one] for one in _concerned(case))
        found.leaves = tuple(n for n, good in marks.items() if good and n in case.version.numbers)
        found.warnings.append(
            Words(
                "La décision des juges n’est pas donnée : elle est lue dans les résultats.",
                "The judges’ decision is not given: it is read from the results.",
            )
        )
        found.note(rule, _said(found.granted), {"results": marks})
        return
    _ask_decision(found, rule)


def _ask_decision(found: Settlement, rule: Rule) -> None:
    words = Words("Qu’ont décidé les juges ?", "What did the judges decide?")
    answer = found.ask(DECISION, words, ("granted", "refused"), rule)
    if answer is not None:
        found.granted = affirmed(answer)
        found.note(rule, _said(found.granted), {"answer": answer})


def _said(granted: bool) -> Words:
    if granted:
        return Words("les juges accordent", "the judges grant")
    return Words("les juges refusent", "the judges refuse")


def _count(found: Settlement, rule: Rule, votes: Mapping[str, bool | None]) -> None:
    good = sum(1 for vote in votes.values() if vote)
    bad = len(votes) - good
    inputs: dict[str, Any] = {"votes": votes, "for": good, "against": bad}
    if good != bad:
        found.granted = good > bad
    elif rule.params.get("casting_vote"):
        chairs = [one for one in judging(found.case) if one.chair and one.vote is not None]
        if len(chairs) == 1:
            found.granted = chairs[0].vote
            inputs["casting_vote"] = chairs[0].name
    if found.granted is None:
        words = Words(
            "Voix égales, et aucune voix prépondérante connue : que décident les juges ?",
            "A tie, and no casting vote is known: what do the judges decide?",
        )
        answer = found.ask(TIE, words, ("granted", "refused"), rule)
        if answer is None:
            return
        found.granted = affirmed(answer)
    words = Words("{good} voix pour, {bad} contre", "{good} votes for, {bad} against")
    found.note(rule, words.fill(good=good, bad=bad), inputs)


def _marks(case: Case) -> dict[str, bool]:
    """Give what results say of each CCP: acquired when every result told is."""
    marks: dict[str, bool] = {}
    for one in case.candidacy.elements:
        if one.acquired is None or one.signed is False or one.kind == "course_results":
            continue
        ccp = case.version.find(one.ccp) if one.ccp else None
        targets = [ccp.number] if ccp else _concerned(case)
        for number in targets:
            marks[number] = marks.get(number, True) and one.acquired
    return marks


def _concerned(case: Case) -> list[str]:
    if case.candidacy.request == "ccs":
        return [case.candidacy.ccs or "CCS"]
    return [n for n in case.asked if n not in case.held] or list(case.asked)


def _contradiction(found: Settlement, rule: Rule) -> None:
    """Ask, when the judges grant what a result of theirs says is not acquired."""
    if not found.granted or found.case.candidacy.request == "ccs":
        return
    low = sorted(number for number, good in _marks(found.case).items() if not good)
    low = [number for number in low if number not in found.case.held]
    if not low:
        return
    words = Words(
        "Les juges accordent, mais un résultat dit « non acquis » : CCP {low}. Confirmer ?",
        "The judges grant, but a result says “not acquired”: CCP {low}. Is it confirmed?",
    ).fill(low=low)
    answer = found.ask(CONTRADICTION, words, ("yes", "no"), rule)
    if answer is not None and not affirmed(answer):
        found.granted = False


def _requirement(found: Settlement, rule: Rule) -> None:
    """Take away a CCP whose competences told are not enough (all; at least N of a set)."""
    case = found.case
    denied, told = [], []
    for name, marks in case.candidacy.competences.items():
        number = ccp_number(case, name, f"/competences/{name}")
        ccp = next(one for one in case.version.ccps if one.number == number)
        if missing := ccp.requires.missing({key for key, good in marks.items() if good}):
            denied.append(number)
            told.append(
                Words("CCP {number} : {missing}", "CCP {number}: {missing}").fill(
                    number=number, missing=missing
                )
            )
    if not case.candidacy.competences:
        return
    found.denied = tuple(denied)
    words = Words("{told}", "{told}").fill(told=told) if told else Words(
        "chaque CCP a les compétences qu’il exige", "each CCP has the competences it requires"
    )  # fmt: skip
    verdict = Verdict.NOT_MET if denied else Verdict.MET
    inputs = {
        "competences": {key: dict(value) for key, value in case.candidacy.competences.items()}
    }
    found.applied.append(Applied(rule, verdict, words, inputs, decisive=bool(denied)))


# --- the outcome --------------------------------------------------------------------------------


def _outcome(found: Settlement, refusal: Rule | None) -> None:
    case, request = found.case, found.case.candidacy.request
    if request == "ccs":
        found.outcome = Outcome.GRANTED if found.granted else Outcome.REFUSED
        found.grant = Grant(ccs=case.candidacy.ccs or "CCS") if found.granted else Grant()
        return
    wanted = [n for n in case.asked if n not in case.held]
    allowed = [n for n in wanted if n not in found.denied]
    if found.granted and request == "ccp" and found.leaves:
        allowed = [n for n in allowed if n in found.leaves]
    if found.granted and allowed == wanted:
        found.outcome = Outcome.GRANTED
        found.grant = Grant(case.code if request == "title" else "", tuple(wanted))
        return
    left = tuple(allowed if found.granted else (n for n in allowed if n in found.leaves))
    if case.stage == "capitalisation":
        left = ()
    found.grant = Grant(ccps=left)
    found.outcome = Outcome.PARTIAL if left else Outcome.REFUSED
    if refusal is not None:
        words = Words("refus ; CCP accordés : {left}", "refused; CCP granted: {left}").fill(
            left=left or Words("aucun", "none")
        )
        found.note(refusal, words, {"ccps": left})


# --- what follows --------------------------------------------------------------------------------


def _parchment(found: Settlement, rule: Rule) -> None:
    if found.grant.title or found.grant.ccs:
        words = Words("parchemin, délivré par l’État", "parchment, issued by the State")
        found.papers.append(IssuedPaper("parchment", words, rule.id))
        found.note(rule, words)
    else:
        words = Words("pas de parchemin", "no parchment")
        found.applied.append(Applied(rule, Verdict.MET, words, {}))


def _booklet(found: Settlement, rule: Rule) -> None:
    if found.grant.ccps:
        words = Words(
            "livret de certification : CCP {ccps}", "certification booklet: CCP {ccps}"
        ).fill(ccps=found.grant.ccps)
        found.papers.append(IssuedPaper("booklet", words, rule.id))
        found.applied.append(Applied(rule, Verdict.MET, words, {"ccps": found.grant.ccps}))


def _issuer(found: Settlement, rule: Rule) -> None:
    if found.papers:
        words = Words(
            "délivré par l’unité territoriale de l’État, non par le centre",
            "issued by the State’s territorial unit, not by the centre",
        )
        found.applied.append(Applied(rule, Verdict.MET, words, {}))


def _last_interview(found: Settlement, rule: Rule) -> None:
    """Say that an interview may, or must, follow the last CCP before the title is awarded."""
    if found.grant.title or not found.grant.ccps or not found.holds_all():
        return
    words = rule.says
    found.next_steps.append(words)
    found.applied.append(Applied(rule, Verdict.MET, words, {"must": rule.params["must"]}))


def _definitive(found: Settlement, rule: Rule) -> None:
    if found.grant.ccps:
        found.applied.append(Applied(rule, Verdict.MET, rule.says, {"ccps": found.grant.ccps}))


def _minutes(found: Settlement, rule: Rule) -> None:
    found.next_steps.append(rule.says)
    found.applied.append(Applied(rule, Verdict.MET, rule.says, {}))


Step = Callable[[Settlement, Rule], None]
STEPS: Mapping[str, Step] = {"judges_decide": _judges_decide, "requirement": _requirement}
AFTER: Mapping[str, Step] = {
    "parchment": _parchment,
    "booklet": _booklet,
    "issuer": _issuer,
    "last_interview": _last_interview,
    "definitive": _definitive,
    "minutes": _minutes,
}
SETTLING_KINDS = frozenset({*STEPS, *AFTER, "refusal_leaves"})
