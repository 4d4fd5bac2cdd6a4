"""Pages of the rule sets: all of them, one with its rules, two side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.crud.pages import actor_of
from compagnon.titles import ruling
from compagnon.titles.queries import decisions as queries
from compagnon.titles.ruling.written import plain, set_summary
from compagnon.titles.services.decisions import language
from compagnon.titles.showing_decisions import areas_of, localised, shown_rule


@require_safe
def rule_set_list(request: HttpRequest) -> HttpResponse:
    """List the sets, the latest first."""
    actor_of(request)
    said = language()
    sets = [
        {
            **localised(plain({"name": one.name, "why": one.why}), said),
            "id": one.id,
            "valid_from": one.valid_from,
            "valid_until": one.valid_until,
            "texts": [text.name.text(said) for text in one.texts if text.known_by],
            "rules": len(one.rules),
            "uncertain": sum(1 for rule in one.rules if rule.uncertain),
        }
        for one in reversed(ruling.rule_sets())
    ]
    return render(request, "titles/rules/list.html", {"sets": sets})


@require_safe
def rule_set(request: HttpRequest, set_id: str) -> HttpResponse:
    """Show a set: each rule with its text, its document and its parameters."""
    actor_of(request)
    chosen, said = queries.rule_set(set_id), language()
    by_id = {rule.id: rule for rule in chosen.rules}
    context = {
        "chosen": chosen,
        "name": chosen.name.text(said),
        "why": chosen.why.text(said),
        "notes": [one.text(said) for one in chosen.notes],
        "areas": areas_of(chosen, said),
        "texts": [(one.name.text(said), one.known_by) for one in chosen.texts],
        "conflicts": [
            {
                "question": one.question.text(said),
                "reason": one.reason.text(said),
                "rules": [(by_id[key].says.text(said), key == one.applied) for key in one.rules],
            }
            for one in chosen.conflicts
        ],
        "others": [(one.id, one.name.text(said)) for one in ruling.rule_sets() if one != chosen],
        "digest": set_summary(chosen)["digest"],
    }
    return render(request, "titles/rules/set.html", context)


@require_safe
def rule_set_compare(request: HttpRequest) -> HttpResponse:
    """Show the rules that two sets do not hold alike."""
    actor_of(request)
    known = ruling.rule_sets()
    one = queries.rule_set(request.GET.get("one") or known[0].id)
    other = queries.rule_set(request.GET.get("other") or known[-1].id)
    said = language()
    changes = [
        {
            "id": each.rule_id,
            "before": shown_rule(each.before, said) if each.before else None,
            "after": shown_rule(each.after, said) if each.after else None,
        }
        for each in ruling.compare_sets(one, other)
    ]
    context = {
        "one": one,
        "other": other,
        "one_name": one.name.text(said),
        "other_name": other.name.text(said),
        "changes": changes,
        "sets": [(each.id, each.name.text(said)) for each in known],
    }
    return render(request, "titles/rules/compare.html", context)
