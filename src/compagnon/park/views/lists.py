"""Lists brought from files: sent, looked at, written; and the park given as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.park.bringing.tables import MOST_BYTES
from compagnon.park.forms.supplies import ListForm, MappingForm
from compagnon.park.licensing.counting import folded
from compagnon.park.models import BroughtList, BroughtState
from compagnon.park.policies import LICENCES, MANAGE
from compagnon.park.queries import exporting
from compagnon.park.services import bringing
from compagnon.park.views.acting import TOLD, actor_of, attempt, sentence

SHOWN = 200
VERBS = (MANAGE, LICENCES)


def _bringer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not any(actor.scope.allows_somewhere(verb) for verb in VERBS):
        raise Refused(_("Your roles do not show you this."))
    return actor


@require_http_methods(["GET", "HEAD", "POST"])
def brought_lists(request: HttpRequest) -> HttpResponse:
    """List what was brought, and take a file."""
    actor = _bringer(request)
    form, status = ListForm(actor, VERBS), 200
    if request.method == "POST":
        form, status = ListForm(actor, VERBS, request.POST, request.FILES), 422
        if form.is_valid():
            said = form.cleaned_data
            mapping = said["mapping"]
            try:
                row = bringing.bring(
                    actor=actor,
                    kind=said["kind"],
                    organisation=said["organisation"],
                    content=said["file"].read(MOST_BYTES + 1),
                    file_name=said["file"].name,
                    mapping=mapping.columns if mapping and mapping.kind == said["kind"] else None,
                )
            except TOLD as error:
                form.add_error("file", sentence(error))
            else:
                return redirect("park:brought_list", pk=row.pk)
    lists = visible(BroughtList, actor).select_related("organisation", "brought_by")
    context = {
        "form": form,
        "lists": list(lists[:SHOWN]),
        "files": sorted(exporting.lists().items(), key=lambda one: folded(one[1])),
    }
    return render(request, "park/lists/lists.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def brought_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a list would do, and change its mapping."""
    actor = _bringer(request)
    row = get_visible(
        BroughtList, actor, BroughtList.objects.select_related("organisation", "file"), pk=pk
    )
    is_open = row.state == BroughtState.LOOKED_AT
    form = MappingForm(row.kind, row.columns) if is_open else None
    if request.method == "POST" and is_open:
        form = MappingForm(row.kind, row.columns, request.POST)
        if form.is_valid():
            said, name = form.said(), form.cleaned_data["save_as"]
            attempt(
                request,
                lambda: bringing.set_mapping(
                    actor=actor, row_id=row.pk, mapping=said, save_as=name
                ),
                _("Looked at again."),
            )
        return redirect("park:brought_list", pk=row.pk)
    looked = bringing.seen_again(actor, row) if is_open else None
    context = {
        "list": row,
        "is_open": is_open,
        "form": form,
        "looked": looked,
        "counts": looked.plan.counts if looked else row.summary,
        "lines": looked.plan.lines[:SHOWN] if looked else [],
        "shown": SHOWN,
        "refused": [] if is_open else row.summary.get("refused_lines", [])[:SHOWN],
    }
    return render(request, "park/lists/list.html", context)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a list, or leave it aside."""
    actor = _bringer(request)
    row = get_visible(BroughtList, actor, pk=pk)
    if request.POST.get("do") == "write":
        attempt(
            request, lambda: bringing.write(actor=actor, row_id=row.pk), _("The list is written.")
        )
    else:
        attempt(
            request, lambda: bringing.leave(actor=actor, row_id=row.pk), _("Nothing was written.")
        )
    return redirect("park:brought_list", pk=row.pk)


@require_safe
def export(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Give a list of the park as a workbook or as a PDF."""
    actor = actor_of(request)
    if form not in exporting.FORMS or name not in exporting.lists():
        raise NotFound
    made = exporting.make(actor, name, form)
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
