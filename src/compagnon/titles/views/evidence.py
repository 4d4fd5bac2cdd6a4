"""Pages of evidence: coverage at a glance, one piece, telling and masking it, attesting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core import files, journal_words, keyset
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import CompagnonError, Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.titles import sources
from compagnon.titles.deeds_of_evidence import DEEDS, may_attest, owns
from compagnon.titles.evidence.masking import Found, find, mask
from compagnon.titles.forms.evidence import AccountForm, OutsideForm
from compagnon.titles.models import Evidence, EvidenceFile, EvidenceOrigin, EvidenceState
from compagnon.titles.policies_candidacies import check_own, is_candidate
from compagnon.titles.queries import candidacies
from compagnon.titles.queries import evidence as queries
from compagnon.titles.services import evidence as services
from compagnon.titles.showing_evidence import LEVELS, STATES, spans, told, words
from compagnon.titles.views.deeds import carry_out, refuse

ROWS = 50
# Between the texts of an account while names are looked for in all of them at once: no text holds
# it, since services take it out.
BETWEEN = "\n\x00\n"


@require_safe
def my_title(request: HttpRequest) -> HttpResponse:
    """Go to one's own candidacy: the one that goes on, or the latest."""
    actor = actor_of(request)
    rows = candidacies.own(actor)
    if not rows:
        return render(request, "titles/evidence/none.html")
    return redirect("titles:coverage", rows[0].pk)


@require_safe
def coverage(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Show how well a candidate's evidence covers the referential, and what to do next."""
    actor = actor_of(request)
    row = candidacies.candidacy(actor, candidacy_id)
    evidence = queries.of_candidacy(actor, row)
    matrix = queries.matrix(row, evidence)
    shown = [(one, *STATES[one.state]) for one in evidence]
    of = EvidenceState
    context = {
        "row": row,
        "columns": [
            (one.certificate, [told(cell) for cell in one.cells]) for one in matrix.columns
        ],
        "counts": [
            (word, colour, icon, matrix.counts[level.value])
            for level, (word, colour, icon) in LEVELS.items()
        ],
        "proposed": [one for one in shown if one[0].state == of.PROPOSED],
        "kept": [one for one in shown if one[0].state in (of.CHOSEN, of.ATTESTED)],
        "aside": [one for one in shown if one[0].state == of.ASIDE],
        "is_mine": is_candidate(actor, row),
        "others": [one for one in candidacies.own(actor) if one.pk != row.pk]
        if is_candidate(actor, row)
        else [],
    }
    return render(request, "titles/evidence/coverage.html", context)


@require_safe
def piece(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Show a piece of evidence: its account, what it shows, the journal that it rests on."""
    actor = actor_of(request)
    row = queries.one(actor, evidence_id)
    entries = queries.entries_of(row)
    colour, icon = STATES[row.state]
    kinds = sources.kinds()
    context = {
        "row": row,
        "links": list(row.links.all()),
        "files": queries.files_of(actor, row),
        "entries": journal_words.tell(actor, entries),
        "colour": colour,
        "icon": icon,
        "kind": kinds[row.kind][0] if row.kind in kinds else "",
        "is_outside": row.origin == EvidenceOrigin.OUTSIDE,
        "owns": owns(actor, row),
        "is_mine": is_candidate(actor, row.candidacy),
        "may_attest": may_attest(actor, row),
        "texts": _texts(row),
    }
    return render(request, "titles/evidence/piece.html", context)


def _texts(row: Evidence) -> list[tuple[str, str, str]]:
    labels = {
        "did": _("What I did"),
        "means": _("With which means"),
        "with_whom": _("With whom"),
        "context": _("In which context"),
    }
    return [(name, label, getattr(row, name)) for name, label in labels.items()]


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Change the account of a piece of evidence, and what it shows."""
    actor = actor_of(request)
    row = queries.one(actor, evidence_id)
    if not owns(actor, row):
        raise Refused
    form = AccountForm(request.POST or None, actor=actor, row=row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.tell(
                    actor=actor,
                    evidence_id=row.pk,
                    texts=form.texts(),
                    shown=form.pairs(),
                    expected_version=form.cleaned_data["version"],
                )
            except CompagnonError as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("Saved."), extra_tags="sent-evidence")
                return redirect("titles:evidence", row.pk)
    context = {
        "form": form,
        "title": row.title,
        "heading": _("Say what you did"),
        "back": reverse("titles:evidence", args=[row.pk]),
    }
    return render(request, "titles/evidence/account.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def add_outside(request: HttpRequest, candidacy_id: int) -> HttpResponse:
    """Add work that was done elsewhere."""
    actor = actor_of(request)
    candidacy = candidacies.candidacy(actor, candidacy_id)
    check_own(actor, candidacy)
    form = OutsideForm(request.POST or None, actor=actor, row=candidacy)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = services.add_outside(
                    actor=actor,
                    candidacy_id=candidacy.pk,
                    happened_at=form.cleaned_data["happened_at"],
                    texts=form.texts(),
                    shown=form.pairs(),
                )
            except CompagnonError as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("Added, and marked as done elsewhere."))
                return redirect("titles:evidence", row.pk)
    context = {
        "form": form,
        "title": _("Work done elsewhere"),
        "heading": _("Work done elsewhere"),
        "back": reverse("titles:coverage", args=[candidacy.pk]),
    }
    return render(request, "titles/evidence/account.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def masking(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Show what names somebody in an account, and put marks in the stead of what is ticked."""
    actor = actor_of(request)
    row = queries.one(actor, evidence_id)
    if not owns(actor, row):
        raise Refused
    whole = BETWEEN.join(getattr(row, name) for name in services.TEXTS)
    found = find(whole, queries.known_names(actor, row))
    if request.method == "POST":
        ticked = set(request.POST.getlist("mask"))
        chosen = [one for one in found if f"{one.start}:{one.end}" in ticked]
        parts = mask(whole, chosen, words()).split(BETWEEN)
        version = request.POST.get("version", "")
        services.tell(
            actor=actor,
            evidence_id=row.pk,
            texts={
                name: part[: services.LIMITS[name]]
                for name, part in zip(services.TEXTS, parts, strict=True)
            },
            is_masked=True,
            expected_version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
        messages.success(request, _("Masked: read it again, nobody knows your text better."))
        return redirect("titles:evidence", row.pk)
    context = {"row": row, "parts": _masked_parts(row, found), "count": len(found)}
    return render(request, "titles/evidence/mask.html", context)


def _masked_parts(row: Evidence, found: list[Found]) -> list[dict[str, Any]]:
    labels = {"title": _("Title"), **{name: label for name, label, _text in _texts(row)}}
    parts, place = [], 0
    for name in services.TEXTS:
        text = getattr(row, name)
        end = place + len(text)
        inside = [
            Found(one.start - place, one.end - place, one.kind, one.text)
            for one in found
            if place <= one.start and one.end <= end
        ]
        if text:
            parts.append({"label": labels[name], "spans": spans(text, inside, place)})
        place = end + len(BETWEEN)
    return parts


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, evidence_id: int, name: str) -> HttpResponse:
    """Carry out a deed on a piece of evidence."""
    actor = actor_of(request)
    row = queries.one(actor, evidence_id)
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound
    back = reverse("titles:evidence", args=[row.pk])
    if name == "set-aside":
        back = reverse("titles:coverage", args=[row.candidacy_id])
    elif name == "attest":
        back = reverse("titles:attesting")
    return carry_out(request, actor, row, deed, back=back, where=row.title)


@require_safe
def document(request: HttpRequest, evidence_id: int, file_id: int) -> FileResponse:
    """Give a file of a piece of evidence."""
    rows = EvidenceFile.objects.select_related("file")
    found = get_visible(EvidenceFile, actor_of(request), rows, pk=file_id, evidence_id=evidence_id)
    return files.serve(found.file, name=found.name, inline="inline" in request.GET)


@require_safe
def attesting(request: HttpRequest) -> HttpResponse:
    """List what waits for one to attest it."""
    actor = actor_of(request)
    rows = queries.waiting(actor)
    cursor = request.GET.get("cursor")
    try:
        page = keyset.take(rows, ordering="happened_at", limit=ROWS, cursor=cursor)
    except Invalid:
        page = keyset.take(rows, ordering="happened_at", limit=ROWS, cursor=None)
    return render(request, "titles/evidence/attesting.html", {"page": page})
