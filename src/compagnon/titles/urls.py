"""Routes of the pages of ``titles``: each area of the room keeps its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from compagnon.titles import (
    urls_candidacies,
    urls_decisions,
    urls_evaluations,
    urls_keeping,
    urls_outcomes,
    urls_referentials,
    urls_results,
    urls_sessions,
)

app_name = "titles"

urlpatterns: list[URLPattern | URLResolver] = [
    *urls_referentials.urlpatterns,
    *urls_outcomes.urlpatterns,
    *urls_decisions.urlpatterns,
    *urls_results.urlpatterns,
    *urls_candidacies.urlpatterns,
    *urls_sessions.urlpatterns,
    *urls_evaluations.urlpatterns,
    *urls_keeping.urlpatterns,
]
