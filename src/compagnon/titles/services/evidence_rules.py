"""The evidence rules of a centre: what work proposes itself as evidence of which competences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation
from compagnon.titles import sources
from compagnon.titles.evidence.matching import UNDER
from compagnon.titles.models import Competence, EvidenceRule, TitleVersion

RULES_MAX = 200
VALUES_MAX = 50


def may_keep(actor: Actor, organisation_id: int) -> bool:
    """Tell whether the actor trains at that centre: its rules are theirs to write."""
    return actor.scope.allows("candidacy.train", organisation_id)


def _check(actor: Actor, organisation_id: int) -> None:
    if not may_keep(actor, organisation_id):
        raise Refused(_("Only the trainers of a centre write its evidence rules."))


@cache
def defaults() -> Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
    """Give the rules that come with the product: by code of the title, label of the version."""
    file = resources.files("compagnon.titles.evidence") / "default_rules.json"
    told: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


@service("evidence_rule.save")
def save(
    *,
    actor: Actor,
    organisation: Organisation,
    version_of_title: TitleVersion,
    name: str,
    kind: str,
    conditions: Mapping[str, Sequence[Any]],
    numbers: Sequence[int],
    is_active: bool = True,
    rule_id: int | None = None,
    expected_version: int | None = None,
) -> EvidenceRule:
    """Add a rule, or change one.

    Args:
        conditions: each fact's name with the values admitted; see ``evidence.matching``.
        numbers: the competences that such work shows, by number in the version.
        rule_id: the rule to change; its centre and title stay.

    Raises:
        Refused: the actor does not train at that centre.
        NotFound: there is no such rule, or the actor does not see it.
        Stale: it changed since it was read.
        Invalid: an unknown kind, fact or number, no name, no competence, too many values.
        Conflict: the centre has a rule of that name for the title.
    """
    _check(actor, organisation.pk)
    rule = _rule(actor, rule_id, expected_version)
    if rule is not None:
        organisation, version_of_title = rule.organisation, rule.version_of_title
        _check(actor, organisation.pk)
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(_("Give it a name."), fields={"name": [_("The name is empty.")]})
    _check_conditions(kind, conditions)
    competences = list(Competence.objects.filter(version=version_of_title, number__in=numbers))
    if not numbers or len(competences) != len(set(numbers)):
        raise Invalid(
            _("A competence of that number is not in this version of the title."),
            fields={"numbers": [_("Numbers of the referential.")]},
        )
    same = EvidenceRule.objects.filter(
        organisation=organisation, version_of_title=version_of_title
    ).exclude(pk=rule.pk if rule else 0)
    if same.filter(name=name).exists():
        raise Conflict(_("There is a rule of that name for this title already."))
    if rule is None:
        if same.count() >= RULES_MAX:
            raise Conflict(_("A centre has two hundred rules for a title at most."))
        rule = EvidenceRule(organisation=organisation, version_of_title=version_of_title)
    else:
        rule.version += 1
    rule.name, rule.kind, rule.is_active = name, kind, is_active
    rule.conditions = {fact: list(values) for fact, values in conditions.items()}
    rule.save()
    rule.competences.set(competences)
    journal.record(
        actor=actor,
        verb="evidence_rule.save",
        subject=rule,
        after={
            "name": name, "kind": kind, "conditions": rule.conditions,
            "competences": sorted(numbers), "is_active": is_active,
        },
    )  # fmt: skip
    return rule


def _rule(actor: Actor, rule_id: int | None, expected_version: int | None) -> EvidenceRule | None:
    if rule_id is None:
        return None
    rows = EvidenceRule.objects.select_for_update(of=("self",)).select_related(
        "organisation", "version_of_title"
    )
    rule = get_visible(EvidenceRule, actor, rows, pk=rule_id)
    if expected_version is not None and rule.version != expected_version:
        raise Stale(_("This rule was changed since you opened it. Look at it again."))
    return rule


def _check_conditions(kind: str, conditions: Mapping[str, Sequence[Any]]) -> None:
    known = sources.kinds()
    if kind not in known:
        raise Invalid(_("No work of that kind is known."), fields={"kind": [_("Unknown.")]})
    facts = known[kind][1]
    for name, values in conditions.items():
        if name.removesuffix(UNDER) not in facts:
            raise Invalid(
                _("This work has no fact “%(name)s”.") % {"name": name[:60]},
                fields={"conditions": [_("Choose among the facts listed.")]},
            )
        if (
            not isinstance(values, list)
            or len(values) > VALUES_MAX
            or not all(isinstance(one, str | int | bool) for one in values)
        ):
            raise Invalid(
                _("A fact takes fifty values at most: texts, numbers, yes or no."),
                fields={"conditions": [_("Fifty values at most.")]},
            )


@service("evidence_rule.remove")
def remove(*, actor: Actor, rule_id: int) -> None:
    """Remove a rule; what it proposed stays.

    Raises:
        NotFound, Refused: see :func:`save`.
    """
    rule = _rule(actor, rule_id, None)
    if rule is None:
        raise NotFound
    _check(actor, rule.organisation_id)
    journal.record(
        actor=actor, verb="evidence_rule.remove", subject=rule, before={"name": rule.name}
    )
    rule.delete()


@service("evidence_rule.install")
def install(*, actor: Actor, organisation: Organisation) -> int:
    """Give a centre the rules that come with the product, for the titles that are here.

    A rule of the same name stays as the centre wrote it.

    Returns:
        how many rules were added.

    Raises:
        Refused: the actor does not train at that centre.
    """
    _check(actor, organisation.pk)
    made = 0
    for code, labels in defaults().items():
        for version in TitleVersion.objects.filter(title__code=code, label__in=labels):
            for given in labels[version.label]:
                made += _install(organisation, version, given)
    journal.record(
        actor=actor, verb="evidence_rule.install", subject=organisation, after={"added": made}
    )
    return made


def _install(organisation: Organisation, version: TitleVersion, given: Mapping[str, Any]) -> int:
    competences = Competence.objects.filter(version=version, number__in=given["competences"])
    if not competences:
        return 0
    rule, made = EvidenceRule.objects.get_or_create(
        organisation=organisation,
        version_of_title=version,
        name=given["name"],
        defaults={"kind": given["kind"], "conditions": given["conditions"]},
    )
    if made:
        rule.competences.set(competences)
    return int(made)
