"""The whole account of one clock."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compagnon.contracts import queries
from compagnon.contracts.models import Clock
from compagnon.contracts.subjects import described
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible, visible


@require_safe
def clock(request: HttpRequest, clock_id: int) -> HttpResponse:
    """Show a clock with every line of its account."""
    actor = actor_of(request)
    row = get_visible(Clock, actor, pk=clock_id)
    found = queries.clocks_of(
        row.subject_kind,
        row.subject_id,
        as_of=timezone.now(),
        clocks=visible(Clock, actor).filter(pk=row.pk),
    )
    if not found:
        raise NotFound
    subject = (row.subject_kind, row.subject_id)
    label, url = described(actor, [subject]).get(subject, ("", ""))
    context = {"reading": found[0], "subject_label": label, "subject_url": url}
    return render(request, "contracts/clock.html", context)
