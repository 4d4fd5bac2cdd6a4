"""Personal data: the register and its terms, what is kept of a person, export, erasure."""

from __future__ import annotations

import tempfile
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset, personal
from compagnon.core.actor import Actor
from compagnon.core.crud.export import csv_answer
from compagnon.core.errors import Invalid, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.people import personal_export, personal_words, policies
from compagnon.people.forms import Refusable
from compagnon.people.models import Erasure, ErasureState, Person
from compagnon.people.services import personal as services
from compagnon.people.views.acting import TOLD, actor_of, attempt, one, sentence
from compagnon.ui import live

ROWS = 50
RUNNING = {ErasureState.WAITING, ErasureState.RUNNING}


class ErasureForm(Refusable):
    """Why a person is erased, and that it is meant."""

    reason = forms.CharField(
        required=False,
        max_length=services.LONGEST_REASON,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Without the person’s name: it stays."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I have read what goes and what stays. It cannot be undone.")
    )


def _check_somewhere(actor: Actor) -> None:
    if not actor.scope.allows_somewhere(services.VERB):
        raise Refused(_("Your roles do not allow this."))


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show the register of processing, with the term of each kind."""
    actor = actor_of(request)
    _check_somewhere(actor)
    context = {
        "lines": personal_words.lines(),
        "may_set": policies.may(actor, services.VERB, None),
    }
    return render(request, "people/privacy/register.html", context)


@require_safe
def register_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the register as a file."""
    _check_somewhere(actor_of(request))
    head, rows = personal_words.table()
    return csv_answer("register.csv", head, rows)


@require_POST
def set_term(request: HttpRequest, key: str) -> HttpResponse:
    """Choose for how long a kind of data is kept; nothing typed means no term."""
    actor = actor_of(request)
    typed = request.POST.get("days", "").strip()
    if typed and not (typed.isascii() and typed.isdecimal() and len(typed) <= 6):
        messages.error(request, _("A number of days, or nothing."))
        return redirect("people:privacy")
    attempt(
        request,
        lambda: services.set_term(actor=actor, key=key, days=int(typed) if typed else None),
        _("Saved."),
    )
    return redirect("people:privacy")


@require_safe
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is kept of a person, kind by kind, and what erasing would do."""
    actor = actor_of(request)
    person = _managed(actor, pk)
    return _data(request, actor, person, ErasureForm())


def _managed(actor: Actor, pk: int) -> Person:
    person = one(Person, actor, pk, Person.objects.select_related("organisation"))
    policies.check(actor, services.VERB, person.organisation_id)
    return person


def _data(
    request: HttpRequest, actor: Actor, person: Person, form: forms.Form, status: int = 200
) -> HttpResponse:
    past = visible(Erasure, actor).filter(person=person).first()
    context = {
        "person": person,
        "kept": services.kept(person),
        "hindrances": services.hindrances(person),
        "erasure": past,
        "form": form,
        "is_self": policies.is_self(actor, person),
    }
    return render(request, "people/privacy/data.html", context, status=status)


@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    """Show what is kept of oneself, with the way to have a copy."""
    actor = actor_of(request)
    person = one(Person, actor, actor.id or 0)
    context = {"person": person, "kept": services.kept(person), "is_self": True}
    return render(request, "people/privacy/own.html", context)


@require_POST
def export(request: HttpRequest, pk: int) -> FileResponse:
    """Give a copy of everything that is kept of a person."""
    actor = actor_of(request)
    return archive(actor, one(Person, actor, pk))


def archive(actor: Actor, person: Person) -> FileResponse:
    """Write the archive and note that it was given.

    Raises:
        Refused: see :func:`services.personal.check`.
    """
    services.check(actor, person)
    stream = tempfile.TemporaryFile()  # noqa: SIM115
    counts = personal_export.write(person, stream)
    services.note_export(actor=actor, person=person, counts=counts)
    stream.seek(0)
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"personal-data-{person.pk}.zip",
        content_type="application/zip",
    )


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the erasure of a person."""
    actor = actor_of(request)
    person = _managed(actor, pk)
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return _data(request, actor, person, form, status=422)
    try:
        made = services.ask_erasure(actor=actor, person=person, reason=form.cleaned_data["reason"])
    except TOLD as error:
        messages.error(request, sentence(error))
        return redirect("people:person_data", person.pk)
    return redirect("people:erasure", made.pk)


@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """List the erasures, the last first."""
    actor = actor_of(request)
    _check_somewhere(actor)
    rows = visible(Erasure, actor).select_related("person", "organisation", "asked_by")
    cursor = request.GET.get("cursor")
    try:
        page = keyset.take(rows, ordering="-asked_at", limit=ROWS, cursor=cursor)
    except Invalid:
        page = keyset.take(rows, ordering="-asked_at", limit=ROWS, cursor=None)
    return render(request, "people/privacy/erasures.html", {"page": page})


@require_http_methods(["GET", "HEAD"])
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an erasure: how far it is, then its proof."""
    actor = actor_of(request)
    rows = Erasure.objects.select_related("person", "organisation", "asked_by")
    row = get_visible(Erasure, actor, rows, pk=pk)
    version = live.version((row.pk, len(row.erased)), (row.pk, len(row.step) + len(row.state)))
    is_live = request.headers.get("HX-Request") == "true"
    if is_live and (same := live.unchanged(request, version)) is not None:
        return same
    kinds = [one for one in personal.holdings() if one.erase is not None]
    context: dict[str, Any] = {
        "erasure": row,
        "version": version,
        "is_running": row.state in RUNNING,
        "done": len(row.erased),
        "total": len(kinds),
        "kinds": [(one.title, row.erased.get(one.key)) for one in kinds],
        "traces": personal_words.traces(row),
        "stays": [(one.title, one.stays) for one in personal.holdings() if one.stays],
    }
    template = "people/privacy/_erasure.html" if is_live else "people/privacy/erasure.html"
    return render(request, template, context)
