"""Routes of rule sets and decisions."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import decisions, rule_sets

urlpatterns = [
    path("rules/", rule_sets.rule_set_list, name="rule_set_list"),
    path("rules/compare/", rule_sets.rule_set_compare, name="rule_set_compare"),
    path("rules/<slug:set_id>/", rule_sets.rule_set, name="rule_set"),
    path("decisions/", decisions.decision_list, name="decision_list"),
    path("decisions/try/", decisions.try_decision, name="decision_try"),
    path("decisions/<int:decision_id>/", decisions.decision, name="decision"),
    path(
        "decisions/<int:decision_id>/reevaluate/",
        decisions.reevaluate,
        name="decision_reevaluate",
    ),
]
