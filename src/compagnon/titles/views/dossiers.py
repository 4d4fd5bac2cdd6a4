"""Pages of the practice dossier: the whole, its editor, its deeds, its exports."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.titles import exporting_dossiers as exporting
from compagnon.titles.deeds_of_dossiers import DEEDS, writes
from compagnon.titles.forms.dossiers import ExampleForm, PartsForm
from compagnon.titles.models import Annex, Candidacy, Example
from compagnon.titles.policies_candidacies import is_candidate
from compagnon.titles.queries import candidacies
from compagnon.titles.queries import dossiers as queries
from compagnon.titles.services import dossiers as services
from compagnon.titles.views.deeds import carry_out, refuse


@require_safe
def dossier(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Show a dossier, and what to do with it."""
    actor = actor_of(request)
    row = candidacies.candidacy(actor, candidacy_id)
    whole = queries.dossier(actor, row)
    declared = whole.dossier is not None and whole.dossier.declared_at is not None
    context = {
        "row": row,
        "whole": whole,
        "dossier": whole.dossier,
        "is_declared": declared,
        "is_mine": is_candidate(actor, row),
        "writes": writes(actor, row) and not declared,
        "reopens": writes(actor, row) and declared,
    }
    return render(request, "titles/dossiers/dossier.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Write what stands before the examples."""
    actor = actor_of(request)
    row = candidacies.candidacy(actor, candidacy_id)
    if not writes(actor, row):
        raise Refused
    found = queries.dossier(actor, row).dossier
    form = PartsForm(request.POST or None, actor=actor, row=found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            version = values.pop("version")
            try:
                services.write(
                    actor=actor, candidacy_id=row.pk, texts=values, expected_version=version
                )
            except CompagnonError as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("Saved."))
                return redirect("titles:dossier", row.pk)
    context = {"form": form, "row": row, "heading": _("Introduction and diplomas")}
    return render(request, "titles/dossiers/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def example_add(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Add an example of practice."""
    actor = actor_of(request)
    row = candidacies.candidacy(actor, candidacy_id)
    if not writes(actor, row):
        raise Refused
    return _example(request, actor, row, None)


@require_http_methods(["GET", "HEAD", "POST"])
def example_change(request: HttpRequest, candidacy_id: int, example_id: int) -> HttpResponse:
    """Change an example of practice."""
    actor = actor_of(request)
    row = candidacies.candidacy(actor, candidacy_id)
    found = queries.example(actor, row, example_id)
    if not writes(actor, row):
        raise Refused
    return _example(request, actor, row, found)


def _example(
    request: HttpRequest, actor: Actor, row: Candidacy, found: Example | None
) -> HttpResponse:
    initial = {"activity": request.GET.get("activity", "")} if found is None else {}
    form = ExampleForm(request.POST or None, actor=actor, row=found, candidacy=row, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.write_example(
                    actor=actor,
                    candidacy_id=row.pk,
                    activity=form.cleaned_data["activity"],
                    texts=form.texts(),
                    evidence=list(form.cleaned_data["evidence"]),
                    example_id=found.pk if found else None,
                )
            except CompagnonError as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("Saved."))
                return redirect("titles:dossier", row.pk)
    heading = found.title if found else _("An example of practice")
    context = {"form": form, "row": row, "heading": heading}
    return render(request, "titles/dossiers/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, candidacy_id: int, name: str) -> HttpResponse:
    """Carry out a deed on a dossier."""
    actor = actor_of(request)
    row = candidacies.candidacy(actor, candidacy_id)
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:dossier", args=[row.pk])
    return carry_out(request, actor, row, deed, back=back, where=_("Practice dossier"))


@require_safe
def annex(request: HttpRequest, candidacy_id: int, annex_id: int) -> FileResponse:
    """Give an annex."""
    rows = Annex.objects.select_related("file")
    found = get_visible(
        Annex, actor_of(request), rows, pk=annex_id, dossier__candidacy_id=candidacy_id
    )
    return files.serve(found.file, name=found.name)


@require_safe
def pdf(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Give the dossier as a PDF."""
    actor = actor_of(request)
    return exporting.pdf_answer(actor, candidacies.candidacy(actor, candidacy_id))


@require_safe
def archive(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Give the dossier as an archive with its proofs."""
    actor = actor_of(request)
    return exporting.archive_answer(actor, candidacies.candidacy(actor, candidacy_id))
