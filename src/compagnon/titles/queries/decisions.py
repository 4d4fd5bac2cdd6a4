"""Reads of decisions, and what another rule set would have given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Organisation
from compagnon.titles import ruling
from compagnon.titles.models import Decision
from compagnon.titles.ruling.written import comparison_document


def decisions(actor: Actor, q: str = "") -> QuerySet[Decision]:
    """Give the decisions that the actor sees, narrowed to a candidacy or a code."""
    rows = visible(Decision, actor).select_related("organisation", "superseded_by")
    text = " ".join(q.replace("\0", "").split())[:100]
    if text:
        rows = rows.filter(Q(candidacy__icontains=text) | Q(title_code__iexact=text))
    return rows.defer("inputs", "result")


def decision(actor: Actor, decision_id: int) -> Decision:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    rows = visible(Decision, actor).select_related(
        "organisation", "recorded_by", "previous", "superseded_by"
    )
    return get_visible(Decision, actor, rows, pk=decision_id)


def centres(actor: Actor) -> QuerySet[Organisation]:
    """Give the organisations whose decisions the actor may record."""
    reach = actor.scope.organisations("decision.record")
    rows = visible(Organisation, actor).order_by("name")
    return rows if reach is None else rows.filter(pk__in=sorted(reach))


def rule_set(set_id: str) -> ruling.RuleSet:
    """Give a rule set.

    Raises:
        NotFound: there is none of that name.
    """
    try:
        return ruling.rule_set(set_id)
    except ruling.UnknownRuleSet as error:
        raise NotFound from error


@dataclass(frozen=True, slots=True)
class Report:
    """A kept decision under another rule set; the decision itself stays as it is.

    Args:
        reproduced: the set of the decision, as it stands today, gives what was kept.
    """

    row: Decision
    comparison: ruling.Comparison
    reproduced: bool

    def document(self) -> dict[str, Any]:
        """Give the report as JSON."""
        return {
            "decision_id": self.row.pk,
            "reproduced": self.reproduced,
            **comparison_document(self.comparison),
        }


def report(row: Decision, set_id: str) -> Report:
    """Decide a kept decision's inputs again, under another set.

    Raises:
        NotFound: there is no such set, or the decision's own is gone from the program.
        Invalid: this version of the program no longer reads the kept inputs.
    """
    other, own = rule_set(set_id), rule_set(row.rule_set)
    try:
        candidacy = ruling.read_candidacy(row.inputs)
        again = ruling.decide(candidacy, at=row.decided_on, rule_set=own)
        comparison = ruling.reevaluate(again, other)
    except ruling.Unreadable as error:
        raise Invalid(
            _("The kept inputs are of an older form that this version does not read.")
        ) from error
    now = ruling.document(again)
    same = all(now[key] == row.result.get(key) for key in ("outcome", "granted"))
    return Report(row, comparison, same and own.digest == row.rule_set_digest)
