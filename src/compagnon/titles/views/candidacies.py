"""Pages of candidacies: enrolling, one with its plan and what hangs on it, its deeds, its files."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core import files
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.titles.deeds_of_candidacies import DEEDS
from compagnon.titles.forms.candidacies import EnrolForm
from compagnon.titles.models import (
    AdmissibilityNotice,
    CandidacyState,
    ExperienceProof,
    HeldCertificate,
    Path,
)
from compagnon.titles.policies_candidacies import is_candidate, may_manage
from compagnon.titles.queries import candidacies as queries
from compagnon.titles.services import candidacies as services
from compagnon.titles.showing_candidacies import line
from compagnon.titles.views.deeds import carry_out, refuse

COLOURS = {
    CandidacyState.ENROLLED: "blue",
    CandidacyState.TRAINING: "cyan",
    CandidacyState.READY: "orange",
    CandidacyState.DECIDED: "green",
    CandidacyState.WITHDRAWN: "secondary",
}


@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrol a person for a title."""
    actor = actor_of(request)
    if not actor.scope.allows_somewhere("candidacy.manage"):
        raise Refused(_("You keep the candidates’ files of no centre."))
    form = EnrolForm(request.POST or None, actor=actor, row=None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = services.enrol(actor=actor, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("%(reference)s is enrolled.") % {"reference": row})
                return redirect("titles:candidacy_detail", row.pk)
    return render(request, "titles/candidacies/enrol.html", {"form": form}, status=status)


@require_safe
def candidacy(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one with its plan, and what hangs on it."""
    actor = actor_of(request)
    row = queries.candidacy(actor, pk)
    file = queries.file_of(actor, row)
    context = {
        "row": row,
        "file": file,
        "line": line(row, file.periods, file.absences, timezone.localdate()),
        "hours": sum(one.hours for one in file.periods),
        "window": queries.window(row, file.held),
        "colour": COLOURS[CandidacyState(row.state)],
        "is_vae": row.path == Path.VAE,
        "may_manage": may_manage(actor, row.organisation_id),
        "is_mine": is_candidate(actor, row),
        "results": queries.results_of(actor, row),
    }
    return render(request, "titles/candidacies/candidacy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, candidacy_id: int, name: str) -> HttpResponse:
    """Carry out a deed on a candidacy."""
    actor = actor_of(request)
    row = queries.candidacy(actor, candidacy_id)
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:candidacy_detail", args=[row.pk])
    return carry_out(request, actor, row, deed, back=back, where=f"{row.reference} · {row.person}")


@require_safe
def document(request: HttpRequest, candidacy_id: int, kind: str, key: int) -> FileResponse:
    """Give the file of a notice, an experience or a certificate held."""
    actor = actor_of(request)
    row = queries.candidacy(actor, candidacy_id)
    found: AdmissibilityNotice | ExperienceProof | HeldCertificate
    if kind == "notice":
        found = get_visible(AdmissibilityNotice, actor, pk=key, candidacy_id=row.pk)
    elif kind == "experience":
        found = get_visible(ExperienceProof, actor, pk=key, candidacy_id=row.pk)
    elif kind == "held":
        found = get_visible(HeldCertificate, actor, pk=key, person_id=row.person_id)
    else:
        raise NotFound
    if found.file is None:
        raise NotFound
    return files.serve(found.file, name=f"{row.reference}-{kind}")
