"""The page of personal data: the register of processing, and the files whose time ends."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from compagnon.core.crud.pages import actor_of
from compagnon.titles import processing
from compagnon.titles.queries import keeping as queries
from compagnon.titles.services.decisions import language

LABELS = {
    "purpose": _("What for"),
    "basis": _("By which right"),
    "data": _("What is kept"),
    "readers": _("Who reads it"),
    "period": _("How long"),
    "erasure": _("What erases it"),
}


@require_safe
def personal_data(request: HttpRequest) -> HttpResponse:
    """Show what this room keeps of people, why and how long; to everybody it keeps something of."""
    actor, said = actor_of(request), language()
    manages = actor.scope.allows_somewhere("candidacy.manage")
    lines = [
        (one.id, one.words["name"].text(said),
         [(label, one.words[name].text(said)) for name, label in LABELS.items()])
        for one in processing.register()
    ]  # fmt: skip
    context = {
        "lines": lines,
        "manages": manages,
        "ending": queries.ending(actor) if manages else [],
        "today": timezone.localdate(),
    }
    return render(request, "titles/keeping/register.html", context)
