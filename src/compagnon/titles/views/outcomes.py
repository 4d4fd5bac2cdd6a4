"""Pages of the register of attestations: list, one, issuing, withdrawing, booklet."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import files, keyset
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import CompagnonError, Conflict, Invalid
from compagnon.core.visibility import get_visible
from compagnon.people.models import Person
from compagnon.titles import policies_outcomes as policies
from compagnon.titles.forms.outcomes import IssueForm, WithdrawForm
from compagnon.titles.models import Attestation
from compagnon.titles.queries import outcomes as queries
from compagnon.titles.services import outcomes as services

ROWS = 50


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List the attestations of one's centres, and one's own."""
    actor = actor_of(request)
    q = request.GET.get("q", "")
    rows = queries.attestations(actor, q)
    try:
        page = keyset.take(
            rows, ordering="-issued_at", limit=ROWS, cursor=request.GET.get("cursor")
        )
    except Invalid:
        page = keyset.take(rows, ordering="-issued_at", limit=ROWS, cursor=None)
    context = {
        "page": page,
        "q": q,
        "may_issue": queries.may_act_somewhere(actor, "attestation.issue"),
    }
    return render(request, "titles/outcomes/register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest) -> HttpResponse:
    """Issue an attestation."""
    actor = actor_of(request)
    centres = queries.centres(actor, "attestation.issue")
    first = {"language": translation.get_language(), "decided_on": timezone.localdate()}
    form = IssueForm(request.POST or None, centres=centres, initial=first)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.issue_attestation(actor=actor, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                status = error.status
                _refuse(form, error)
            else:
                messages.success(
                    request, _("Attestation %(number)s is issued.") % {"number": made.reference}
                )
                return redirect("titles:attestation", made.pk)
    return render(request, "titles/outcomes/issue.html", {"form": form}, status=status)


def _refuse(form: IssueForm, error: CompagnonError) -> None:
    for name, told in error.fields.items():
        form.add_error(name if name in form.fields else None, [str(one) for one in told])
    if not error.fields:
        form.add_error(None, str(error))


@require_safe
def attestation(request: HttpRequest, attestation_id: int) -> HttpResponse:
    """Show one: what it states, where it stands, its file."""
    actor = actor_of(request)
    row = get_visible(Attestation, actor, queries.attestations(actor), pk=attestation_id)
    context = {
        "attestation": row,
        "link": services.public_address("titles:verify_attestation", row.token),
        "may_withdraw": not row.is_withdrawn
        and policies.may(actor, "attestation.withdraw", row.organisation_id),
        "reads_reason": policies.may(actor, "attestation.view", row.organisation_id),
        "form": WithdrawForm(),
    }
    return render(request, "titles/outcomes/attestation.html", context)


@require_safe
def attestation_file(request: HttpRequest, attestation_id: int) -> FileResponse:
    """Give the signed PDF."""
    row = get_visible(Attestation, actor_of(request), pk=attestation_id)
    return files.serve(row.file, name=f"{row.reference}.pdf")


@require_POST
def withdraw(request: HttpRequest, attestation_id: int) -> HttpResponse:
    """Withdraw one."""
    try:
        row = services.withdraw_attestation(
            actor=actor_of(request),
            attestation_id=attestation_id,
            reason=request.POST.get("reason", ""),
        )
    except (Invalid, Conflict) as error:
        messages.error(request, str(next(iter(error.fields.values()), [error])[0]))
    else:
        messages.success(
            request, _("Attestation %(number)s is withdrawn.") % {"number": row.reference}
        )
    return redirect("titles:attestation", attestation_id)


@require_safe
def booklet(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give the booklet of what a person gained, as far as the reader sees it."""
    actor = actor_of(request)
    language = translation.get_language() or "fr"
    # Who sees an attestation of somebody need not see their sheet.
    person = Person(pk=person_id)
    content = queries.booklet_of(actor, person, language=language)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="booklet-{person_id}.pdf"'
    return response
