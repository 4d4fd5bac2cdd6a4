"""The page of a specification of needs: criteria, products, scores, who wins and how firmly."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible
from compagnon.park.documents import needs as document
from compagnon.park.forms.supplies import CandidateForm, CriterionForm, ScoreForm
from compagnon.park.models import NeedsStudy, Score
from compagnon.park.policies import NEEDS, VIEW
from compagnon.park.queries.needs import comparison
from compagnon.park.services import needs
from compagnon.park.views.acting import actor_of, attempt


def panel(request: HttpRequest, row: NeedsStudy) -> SafeString | None:
    """Give what a specification's page shows below its texts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = comparison(row)
    context = {
        "study": row,
        "found": found,
        "may_manage": actor.scope.allows(NEEDS, row.organisation_id),
        "criterion_form": CriterionForm(prefix="criterion"),
        "candidate_form": CandidateForm(prefix="candidate"),
        "score_form": ScoreForm(found.criteria, found.candidates),
    }
    html = render_to_string("park/needs/_study.html", context, request)
    return mark_safe(html)  # noqa: S308 - a template of ours


@require_POST
def add_criterion(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a criterion."""
    actor = actor_of(request)
    study = get_visible(NeedsStudy, actor, pk=pk)
    form = CriterionForm(request.POST, prefix="criterion")

    def do() -> None:
        if not form.is_valid():
            raise Invalid(_("Give the criterion a name, and a weight from 0 to 100."))
        needs.set_criterion(actor=actor, study_id=study.pk, **form.cleaned_data)

    attempt(request, do, _("Added."))
    return redirect("park:needs_study_detail", pk=study.pk)


@require_POST
def add_candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a product to compare."""
    actor = actor_of(request)
    study = get_visible(NeedsStudy, actor, pk=pk)
    form = CandidateForm(request.POST, prefix="candidate")

    def do() -> None:
        if not form.is_valid():
            raise Invalid(_("Give the product a name."))
        needs.set_candidate(actor=actor, study_id=study.pk, **form.cleaned_data)

    attempt(request, do, _("Added."))
    return redirect("park:needs_study_detail", pk=study.pk)


@require_http_methods(["POST"])
def set_score(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how well a product answers a criterion."""
    actor = actor_of(request)
    study = get_visible(NeedsStudy, actor, pk=pk)
    found = comparison(study)
    form = ScoreForm(found.criteria, found.candidates, request.POST, request.FILES)

    def do() -> None:
        if not form.is_valid():
            raise Invalid(_("Choose a criterion, a product and a score from 0 to 10."))
        said = form.cleaned_data
        file = said["file"]
        needs.set_score(
            actor=actor,
            study_id=study.pk,
            criterion_id=int(said["criterion"]),
            candidate_id=int(said["candidate"]),
            value=said["value"],
            proof=said["proof"],
            link=said["link"],
            file_name=file.name if file else "",
            content=file.read() if file else None,
        )

    attempt(request, do, _("Kept."))
    return redirect("park:needs_study_detail", pk=study.pk)


@require_POST
def remove(request: HttpRequest, pk: int, what: str, key: int) -> HttpResponse:
    """Take a criterion or a product out."""
    actor = actor_of(request)
    study = get_visible(NeedsStudy, actor, pk=pk)
    if what not in {"criterion", "candidate"}:
        raise NotFound
    attempt(
        request,
        lambda: needs.remove(actor=actor, study_id=study.pk, **{f"{what}_id": key}),
        _("Taken out."),
    )
    return redirect("park:needs_study_detail", pk=study.pk)


@require_safe
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """Give the file that proves a score."""
    row = get_visible(Score, actor_of(request, VIEW), Score.objects.select_related("file"), pk=pk)
    if row.file is None:
        raise NotFound
    return files.serve(row.file, name=row.file_name)


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the specification as a PDF."""
    study = get_visible(
        NeedsStudy,
        actor_of(request, VIEW),
        NeedsStudy.objects.select_related("organisation"),
        pk=pk,
    )
    answer = HttpResponse(document.render(study), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="specification-{study.pk}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
