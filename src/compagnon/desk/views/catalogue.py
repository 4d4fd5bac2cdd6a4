"""The catalogue as its users ask from it: find, fill in, review, send; drafts are kept.

A technician fills in the same form for somebody who calls or writes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.contracts.asking import definition as forms
from compagnon.contracts.forms.asking import AskedForm, initial
from compagnon.contracts.models import FormVersion, RequestKind, RequestType
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Invalid, SignInNeeded
from compagnon.core.lookups import key_of
from compagnon.core.search.analysis import answers_to
from compagnon.core.visibility import visible
from compagnon.desk import requests_reading as reading
from compagnon.desk.choosing import chosen_person
from compagnon.desk.forms.requests import ForWhomForm, rows_about
from compagnon.desk.models import Channel, RequestDraft
from compagnon.desk.once import made_before, once
from compagnon.desk.services import requesting
from compagnon.desk.services.writing import Upload
from compagnon.desk.views.notices import frame_of
from compagnon.people.models import Person


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what may be asked for, by service; search keeps what holds the words."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = visible(
        RequestType,
        actor,
        RequestType.objects.filter(is_active=True, service__is_active=True).select_related(
            "service", "form"
        ),
    ).order_by("service__name_fr", "kind", "name_fr")
    services: dict[int, tuple[Any, list[RequestType]]] = {}
    for one in rows:
        text = f"{one.name} {one.service.name} {one.service.description}"
        if answers_to(text, words):
            services.setdefault(one.service_id, (one.service, []))[1].append(one)
    drafts = visible(RequestDraft, actor).select_related("request_type__service")
    context = {
        "services": list(services.values()),
        "words": words,
        "drafts": list(drafts.order_by("-updated_at")[:10]),
        "frame": frame_of(actor),
        "incident": RequestKind.INCIDENT,
    }
    return render(request, "desk/catalogue/list.html", context)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody fills in: the type, its form, for whom, and the draft that is kept."""

    actor: Actor
    request_type: RequestType
    version: FormVersion
    form: forms.Form
    person: Person
    beneficiary: Person
    draft: RequestDraft | None
    for_whom: ForWhomForm

    @property
    def files(self) -> dict[str, dict[str, str]]:
        """The draft's files by field."""
        found: dict[str, dict[str, str]] = {}
        for one in self.draft.files.order_by("pk") if self.draft else ():
            found.setdefault(one.field, {})[f"kept-{one.pk}"] = one.name
        return found

    @property
    def by_support(self) -> bool:
        """Whether somebody of the support asks, who may ask for anybody."""
        return _by_support(self.actor)


def _by_support(actor: Actor) -> bool:
    return actor.scope.allows_somewhere("ticket.open")


def _asked(request: HttpRequest, type_id: int) -> Asked:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.id is None:
        raise SignInNeeded
    request_type, version = reading.form_of(actor, type_id)
    person = Person.objects.select_related("organisation").get(pk=actor.id)
    drafts = visible(RequestDraft, actor).filter(request_type=request_type)
    draft = drafts.select_related("beneficiary__organisation").first()
    beneficiary = draft.beneficiary if draft and draft.beneficiary else person
    for_whom = ForWhomForm(
        request.POST if "beneficiary" in request.POST else None,
        actor=actor, person=person, by_support=_by_support(actor),
    )  # fmt: skip
    given = request.GET.get("for", "")
    if for_whom.is_bound:
        # Their own name, or nothing, is themselves; a key is looked at as everywhere else.
        key = request.POST["beneficiary"].strip()
        beneficiary = person
        if key.isascii() and key.isdecimal() and len(key) < 19:
            beneficiary = chosen_person(actor, int(key), "beneficiary")
        elif for_whom.is_valid() and for_whom.cleaned_data["beneficiary"]:
            beneficiary = for_whom.cleaned_data["beneficiary"]
    elif given.isascii() and given.isdecimal() and len(given) < 19:
        beneficiary = chosen_person(actor, int(given), "beneficiary")
    form = forms.read(version.definition)
    return Asked(actor, request_type, version, form, person, beneficiary, draft, for_whom)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, type_id: int) -> HttpResponse:
    """Fill in a form; what is written is kept, then reviewed before it is sent."""
    asked = _asked(request, type_id)
    if request.method != "POST":
        return _draw(request, asked)
    if request.POST.get("action") == "discard":
        if asked.draft is not None:
            requesting.discard_draft(actor=asked.actor, request_type=asked.request_type)
        return redirect("desk:catalogue")
    return _filled(request, asked)


def _filled(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Keep what was written; then come back later, look again, or review."""
    action = request.POST.get("action", "continue")
    form = _form(asked, request.POST)
    try:
        draft = _keep(request, asked, form)
    except CompagnonError as error:
        messages.error(request, str(error))
        return _draw(request, asked, data=request.POST, status=error.status)
    if action == "later":
        messages.success(request, _("It is kept: you find it again in the catalogue."))
        return redirect("desk:catalogue")
    asked = replace(asked, draft=draft)
    settled, _choices = _settled(asked, form.given())
    unknown = asked.for_whom.is_bound and bool(asked.for_whom.errors)
    if action == "refresh" or settled.faults or unknown:
        status = 200 if action == "refresh" and not unknown else 422
        told = settled if action != "refresh" else None
        return _draw(request, asked, data=request.POST, faults=told, status=status)
    return redirect("desk:catalogue_review", type_id=asked.request_type.pk)


def _form(asked: Asked, data: Any, **more: Any) -> AskedForm:
    choices = reading.offered(asked.actor, asked.form, asked.beneficiary, {}, {})
    return AskedForm(
        data,
        asked=asked.form,
        language=reading.language(),
        offered=choices,
        offers=rows_about(asked.actor, asked.beneficiary),
        **more,
    )


def _settled(asked: Asked, answers: Any) -> Any:
    return requesting.checked(
        actor=asked.actor,
        version=asked.version,
        beneficiary=asked.beneficiary,
        answers=answers,
        files=asked.files,
    )


def _keep(request: HttpRequest, asked: Asked, form: AskedForm) -> RequestDraft:
    uploads = [
        (one.key, Upload(file.name or "", file.read()))
        for one in asked.form.fields
        if one.kind == "file"
        for file in request.FILES.getlist(f"f-{one.key}")
    ]
    dropped = [key for one in request.POST.getlist("drop") if (key := key_of(one)) is not None][:50]
    # What a change by itself keeps has no file: they come with the whole form.
    return requesting.save_draft(
        actor=asked.actor,
        request_type=asked.request_type,
        answers=form.given(),
        beneficiary=None if asked.beneficiary == asked.person else asked.beneficiary,
        files=uploads,
        dropped=dropped,
    )


def _draw(
    request: HttpRequest, asked: Asked, *, data: Any = None, faults: Any = None, status: int = 200
) -> HttpResponse:
    answers = asked.draft.answers if asked.draft else initial(asked.form)
    begun = {f"f-{key}": value for key, value in answers.items()}
    form = _form(asked, data, initial=begun)
    settled, _choices = _settled(asked, form.given() if data is not None else answers)
    if faults is not None:
        form.show_faults(faults)
    for_whom = asked.for_whom
    if not for_whom.is_bound and asked.beneficiary != asked.person:
        for_whom.initial = {"beneficiary": asked.beneficiary.pk}
    context = {
        "asked": asked,
        "form": form,
        "drawn": form.sections(settled, live=True),
        "conditions": form.conditions(),
        "files": list(asked.draft.files.all()) if asked.draft else [],
        "missing": [
            (f"id_f-{key}", asked.form.field(key).label.said(reading.language()))  # type: ignore[union-attr]
            for key in (faults.faults if faults else ())
        ],
        "for_whom": for_whom["beneficiary"],
        "frame": frame_of(asked.actor),
    }
    return render(request, "desk/catalogue/fill.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, type_id: int) -> HttpResponse:
    """Show what is about to be sent, then send it; the same form sent twice opens one request."""
    asked = _asked(request, type_id)
    if request.method == "POST" and (sent := made_before(asked.actor, request.POST.get("key", ""))):
        # Pressed twice: the draft is gone, the request is there.
        return redirect("desk:portal_request", sent)
    if asked.draft is None:
        return redirect("desk:catalogue_fill", type_id=type_id)
    settled, choices = _settled(asked, asked.draft.answers)
    if settled.faults:
        return redirect("desk:catalogue_fill", type_id=type_id)
    if request.method == "POST" and request.POST.get("form") not in {None, str(asked.version.pk)}:
        # Another version was published since: what they agreed to is not what it would ask.
        messages.warning(
            request,
            _("This form was changed meanwhile: look at your request again before sending it."),
        )
    elif request.method == "POST" and request.POST.get("kept") not in {None, _kept(asked)}:
        # Another window goes on with the same draft: what it says now is not what they read.
        messages.warning(
            request,
            _("What you ask for was changed in another window: read it again before sending it."),
        )
    elif request.method == "POST":
        try:
            key, _made = once(asked.actor, request.POST.get("key", ""), lambda: _send(asked))
        except Invalid as error:
            messages.error(request, str(error))
            return redirect("desk:catalogue_fill", type_id=type_id)
        messages.success(request, _("Your request is sent. You follow it here."))
        page = "desk:ticket" if asked.beneficiary != asked.person and asked.by_support else (
            "desk:portal_request"
        )  # fmt: skip
        return redirect(reverse(page, args=[key]))
    context = {
        "asked": asked,
        "lines": reading.lines(asked.form, settled.answers, choices),
        "key": uuid.uuid4(),
        "kept": _kept(asked),
        "frame": frame_of(asked.actor),
    }
    return render(request, "desk/catalogue/review.html", context)


def _kept(asked: Asked) -> str:
    """Give what changes each time that the draft is kept."""
    return asked.draft.updated_at.isoformat() if asked.draft else ""


def _send(asked: Asked) -> int:
    assert asked.draft is not None  # noqa: S101 — the review page has one
    # Support writes down what somebody asks on the phone: it is that person's request.
    caller = asked.by_support and asked.beneficiary != asked.person
    ticket = requesting.ask_for(
        actor=asked.actor,
        request_type=asked.request_type,
        version=asked.version,
        requester=asked.beneficiary if caller else asked.person,
        beneficiary=asked.beneficiary,
        answers=asked.draft.answers,
        files=requesting.uploads_of(asked.draft),
        channel=Channel.PHONE if caller else Channel.PORTAL,
    )
    return ticket.pk
