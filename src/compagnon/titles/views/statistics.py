"""The page of statistics, and its table as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.crud.pages import actor_of
from compagnon.titles.forms.statistics import StatisticsForm
from compagnon.titles.queries import statistics as queries
from compagnon.titles.views.results import csv_answer


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show what became of candidates, and what they fail."""
    actor = actor_of(request)
    form = StatisticsForm(request.GET or None, initial={"by": "title"})
    asked = form.asked() if form.is_bound else queries.Asked()
    context = {
        "form": form,
        "table": queries.results(actor, asked),
        "failures": queries.failures(actor, asked),
    }
    return render(request, "titles/results/statistics.html", context)


@require_safe
def statistics_file(request: HttpRequest) -> HttpResponse:
    """Give the table."""
    asked = StatisticsForm(request.GET).asked()
    return csv_answer(queries.as_csv(queries.results(actor_of(request), asked)), "statistics")
