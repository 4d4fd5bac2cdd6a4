"""Pages of referentials: titles, one version, correspondences, importing a document."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.models import StoredFile
from compagnon.core.visibility import get_visible
from compagnon.titles import policies
from compagnon.titles import showing_referentials as showing
from compagnon.titles.forms.referentials import AnswerForm, ImportForm
from compagnon.titles.importing import document as importing
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.outline import Recognised
from compagnon.titles.importing.telling import document_of
from compagnon.titles.models import Correspondence, DocumentKind, ImportedDocument
from compagnon.titles.queries import referentials as queries
from compagnon.titles.services import referentials as services
from compagnon.titles.services import referentials_matching as matching

HELD_SECONDS = 3600
# Of an export with many sheets, the page shows and keeps so many.
MOST_SHEETS = 20


@require_safe
def title_list(request: HttpRequest) -> HttpResponse:
    """List the titles with their versions."""
    actor = actor_of(request)
    context = {
        "titles": queries.titles(actor),
        "unclear": queries.unclear_count(actor),
        "may_manage": policies.may_manage_referentials(actor),
    }
    return render(request, "titles/referentials/list.html", context)


@require_safe
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show how a version of a title is made."""
    actor = actor_of(request)
    row = queries.version(actor, version_id)
    structure = queries.structure(row)
    for one in structure["activities"]:
        names = {each["number"]: each["name"] for each in one["competences"]}
        one["told"] = showing.tell(one["certificate"]["requirement"], names)
    documents = queries.documents(actor, row)  # none for who does not import
    context = {
        "version": row,
        "structure": structure,
        "classifications": row.classifications.all(),
        "texts": row.legal_texts.all(),
        "correspondences": queries.of_version(actor, row),
        "documents": [(one, showing.losses(one.losses)) for one in documents],
        "may_manage": policies.may_manage_referentials(actor),
        "has_text": any(
            each["criteria"] for one in structure["activities"] for each in one["competences"]
        ),
    }
    return render(request, "titles/referentials/version.html", context)


@require_safe
def document_file(request: HttpRequest, document_id: int) -> FileResponse:
    """Give an imported document as it came."""
    rows = ImportedDocument.objects.select_related("file")
    row = get_visible(ImportedDocument, actor_of(request), rows, pk=document_id)
    return files.serve(row.file, name=row.name)


# --- correspondences ------------------------------------------------------------------------


@require_safe
def correspondence_list(request: HttpRequest) -> HttpResponse:
    """List the lines of every table, those without an answer marked."""
    actor = actor_of(request)
    rows = list(queries.correspondences(actor))
    context = {
        "rows": [(one, showing.REASONS.get(one.doubt, one.doubt)) for one in rows],
        "may_manage": policies.may_manage_referentials(actor),
    }
    return render(request, "titles/referentials/correspondences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, correspondence_id: int) -> HttpResponse:
    """Settle a line that its text leaves open."""
    actor = actor_of(request)
    policies.check_manage_referentials(actor)
    row = get_visible(Correspondence, actor, queries.correspondences(actor), pk=correspondence_id)
    form = AnswerForm(request.POST or None, correspondence=row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.answer_correspondence(
                    actor=actor,
                    correspondence=row,
                    needs=form.cleaned_data["needs"],
                    targets=list(form.cleaned_data["targets"]),
                    reason=form.cleaned_data["reason"],
                )
            except (Invalid, Conflict) as error:
                status = error.status
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The answer is kept."))
                return redirect("titles:correspondence_list")
    context = {"row": row, "form": form, "doubt": showing.REASONS.get(row.doubt, row.doubt)}
    return render(request, "titles/referentials/answer.html", context, status=status)


# --- importing ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def import_document(request: HttpRequest) -> HttpResponse:
    """Take a document, and show what it holds before anything is written."""
    actor = actor_of(request)
    policies.check_manage_referentials(actor)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "titles/referentials/import.html", {"form": form})
    if not form.is_valid():
        return render(request, "titles/referentials/import.html", {"form": form}, status=422)
    upload = form.cleaned_data["document"]
    content, kind = upload.read(), form.cleaned_data["kind"]
    try:
        found = importing.read(content, name=upload.name, kind=kind or None)
    except Unreadable as error:
        form.add_error("document", showing.refusal(error.code, error.detail))
        return render(request, "titles/referentials/import.html", {"form": form}, status=422)
    stored = files.store(content)
    held = signing.dumps(
        {"file": stored.pk, "name": upload.name, "kind": kind, "by": actor.id}, salt=__name__
    )
    context = {"previews": [_preview(one) for one in found[:MOST_SHEETS]], "held": held,
               "name": upload.name, "left": max(0, len(found) - MOST_SHEETS)}  # fmt: skip
    return render(request, "titles/referentials/preview.html", context)


def _preview(found: Recognised) -> dict[str, Any]:
    told = document_of(found)
    for one, certificate in zip(told["activities"], told["certificates"], strict=True):
        names = {each["number"]: each["name"] for each in one["competences"]}
        one["certificate"] = certificate
        one["told"] = showing.tell(certificate["requirement"], names)
    title = matching.title_of(found.code, found.rncp, found.title)
    return {
        "document": told,
        "kind": DocumentKind(found.kind).label,
        "losses": showing.losses(told["losses"]),
        "title": title,
        "version": matching.version_of(title, found) if title else None,
        "keeps": bool(found.activities or found.correspondences),
    }


@require_POST
def confirm_import(request: HttpRequest) -> HttpResponse:
    """Keep what the preview showed."""
    actor = actor_of(request)
    policies.check_manage_referentials(actor)
    held, stored = _held(request, actor)
    content = files.read(stored)
    try:
        found = importing.read(content, name=held["name"], kind=held["kind"] or None)
    except Unreadable as error:
        raise Invalid(showing.refusal(error.code, error.detail)) from None
    kept = [one for one in found[:MOST_SHEETS] if one.activities or one.correspondences]
    done = [
        services.import_document(actor=actor, found=one, name=held["name"], content=content)
        for one in kept
    ]
    if not done:
        raise Invalid(_("This document says nothing of how a title is made: nothing was kept."))
    if any(one.changed for one in done):
        messages.success(request, _("The document is imported."))
    else:
        messages.info(request, _("Everything in this document was known already."))
    return redirect("titles:version", done[-1].version.pk)


def _held(request: HttpRequest, actor: Actor) -> tuple[dict[str, Any], StoredFile]:
    """Give what the preview held for this person: nobody can name another's file."""
    try:
        held: dict[str, Any] = signing.loads(
            request.POST.get("held", ""), salt=__name__, max_age=HELD_SECONDS
        )
    except signing.BadSignature:
        raise Invalid(_("This preview is too old: choose the document again.")) from None
    stored = StoredFile.objects.filter(pk=held["file"]).first()
    if stored is None or held["by"] != actor.id:
        raise Invalid(_("This preview is too old: choose the document again."))
    return held, stored
