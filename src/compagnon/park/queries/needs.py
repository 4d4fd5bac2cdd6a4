"""A specification of needs as its page, its document and the API show it."""

from __future__ import annotations

from dataclasses import dataclass

from compagnon.park.comparing import Turn, Weighed, totals, turns
from compagnon.park.models import Candidate, Criterion, Need, NeedsStudy, Score


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product with its place."""

    candidate: Candidate
    weighed: Weighed
    lacking: list[Criterion]
    """Indispensable criteria that it does not meet: no score, or zero."""

    @property
    def bar(self) -> int:
        """The length of its bar, of 1,000."""
        return round(self.weighed.share * 10)


@dataclass(frozen=True, slots=True)
class Turned:
    """How firm the result is on one criterion."""

    criterion: Criterion
    turn: Turn
    lower_winner: Candidate | None
    upper_winner: Candidate | None

    @property
    def low(self) -> int:
        """Where the result holds from, of 1,000."""
        return 0 if self.turn.lower is None else (self.turn.lower + 1) * 10

    @property
    def width(self) -> int:
        """How far it holds, of 1,000."""
        high = 1000 if self.turn.upper is None else (self.turn.upper - 1) * 10
        return max(high - self.low, 4)

    @property
    def at(self) -> int:
        """Where the weight stands, of 1,000."""
        return min(self.turn.weight * 10, 996)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything of a study."""

    study: NeedsStudy
    criteria: list[Criterion]
    candidates: list[Candidate]
    rows: list[tuple[Criterion, list[tuple[Candidate, Score | None]]]]
    ranked: list[Ranked]
    turned: list[Turned]

    @property
    def is_tied(self) -> bool:
        """Whether two products are first together."""
        best = [one.weighed.total for one in self.ranked[:2]]
        return len(best) == 2 and best[0] == best[1]

    @property
    def winner(self) -> Ranked | None:
        """The first, when it is alone and something was scored."""
        if not self.ranked or self.is_tied or not self.ranked[0].weighed.total:
            return None
        return self.ranked[0]


def comparison(study: NeedsStudy) -> Comparison:
    """Weigh a study that the caller has shown to be visible. Three queries."""
    criteria = list(study.criteria.all())
    candidates = list(study.candidates.all())
    scores = {
        (one.criterion_id, one.candidate_id): one
        for one in Score.objects.filter(criterion__study=study)
    }
    figures = {key: one.value for key, one in scores.items()}
    weights = {one.pk: one.weight for one in criteria}
    keys = [one.pk for one in candidates]
    named = {one.pk: one for one in candidates}
    asked = {one.pk: one for one in criteria}
    ranked = [
        Ranked(
            named[one.product],
            one,
            [
                each
                for each in criteria
                if each.need == Need.MUST and not figures.get((each.pk, one.product))
            ],
        )
        for one in totals(weights, keys, figures)
    ]
    turned = [
        Turned(
            asked[one.criterion],
            one,
            named.get(one.lower_winner or 0),
            named.get(one.upper_winner or 0),
        )
        for one in turns(weights, keys, figures)
    ]
    rows = [
        (one, [(each, scores.get((one.pk, each.pk))) for each in candidates]) for one in criteria
    ]
    return Comparison(study, criteria, candidates, rows, ranked, turned)
