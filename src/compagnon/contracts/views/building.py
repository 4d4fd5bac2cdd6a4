"""Building the form of a request type on a page: pieces, order, preview, versions."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.contracts import form_words, policies
from compagnon.contracts.asking import definition as forms
from compagnon.contracts.asking import editing, plans
from compagnon.contracts.forms.asking import Offer
from compagnon.contracts.forms.asking import preview as previewed
from compagnon.contracts.forms.building import (
    KIND_WORDS,
    SHOWN_ON,
    EndingForm,
    FieldForm,
    ImportForm,
    PieceForm,
    SectionForm,
    StepForm,
    TaskForm,
)
from compagnon.contracts.models import RequestForm, RequestType
from compagnon.contracts.services import request_forms as services
from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import CompagnonError, Invalid, Stale
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Person, Team
from compagnon.people.queries import named
from compagnon.ui.picked import PickedField

FORMS: dict[str, type[PieceForm]] = {
    "section": SectionForm, "field": FieldForm, "approval": StepForm, "task": TaskForm,
}  # fmt: skip
OF_PLAN = frozenset({"approval", "task"})
FILE_MAX = 1_000_000


def _opened(request: HttpRequest, type_id: int) -> tuple[Actor, RequestType, RequestForm]:
    actor = actor_of(request)
    policies.check_everywhere(actor, services.VERB)
    rows = RequestType.objects.select_related("service")
    request_type = get_visible(RequestType, actor, rows, pk=type_id)
    form = visible(RequestForm, actor).select_related("published").filter(
        request_type=request_type
    ).first()  # fmt: skip
    return actor, request_type, form or RequestForm(request_type=request_type, version=0)


def _language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


@login_required
@require_safe
def build(request: HttpRequest, type_id: int) -> HttpResponse:
    """Show the draft of a form and of what follows, with what can be done with each piece."""
    _actor, request_type, form = _opened(request, type_id)
    return render(request, "contracts/asking/builder.html", _page(request_type, form))


def _page(request_type: RequestType, form: RequestForm, **more: Any) -> dict[str, Any]:
    said = _language()
    plan = form.plan or {}
    teams = dict(
        Team.objects.filter(pk__in=[one.get("team_id") or 0 for name in ("approvals", "tasks")
                                    for one in plan.get(name, [])]).values_list("pk", "name")
    )  # fmt: skip
    faults = forms.faults(form.definition)
    faults = faults or plans.faults(
        plan, editing.fields_of(form.definition), editing.amounts_of(form.definition)
    )
    published = form.published
    names = {one["key"]: forms.words(one.get("title")).said(said) for one in plan.get("tasks", [])}
    return {
        "request_type": request_type,
        "form": form,
        "parts": [
            {
                "key": one["key"],
                "title": forms.words(one.get("title")).said(said),
                "conditional": bool(one.get("show")),
                "fields": [
                    {
                        "key": row["key"],
                        "label": forms.words(row.get("label")).said(said),
                        "kind": KIND_WORDS.get(row["kind"], row["kind"]),
                        "required": row.get("required"),
                        "conditional": bool(row.get("show") or row.get("require")),
                    }
                    for row in one.get("fields", [])
                ],
            }
            for one in form.definition.get("sections", [])
        ],
        "steps": [
            {
                "key": one["key"],
                "label": forms.words(one.get("name")).said(said),
                "position": one.get("position", 1),
                "conditional": bool(one.get("when")),
                "team": teams.get(one.get("team_id"), ""),
            }
            for one in plan.get("approvals", [])
        ],
        "tasks": [
            {
                "key": one["key"],
                "label": forms.words(one.get("title")).said(said),
                "team": teams.get(one.get("team_id"), ""),
                "internal": one.get("internal"),
                "after": ", ".join(names.get(key, key) for key in one.get("after", [])),
                "conditional": bool(one.get("when")),
            }
            for one in plan.get("tasks", [])
        ],
        "faults": form_words.in_words(faults),
        "is_published": published is not None
        and (published.definition, published.plan) == (form.definition, plan),
        "published": published,
        "ending": EndingForm(
            initial={
                "ending": plan.get("ending", "ask"),
                "cancel_when_refused": plan.get("cancel_when_refused", False),
            }
        ),
        "importing": ImportForm(),
    } | more


def _earlier(form: RequestForm, kind: str, key: str) -> list[tuple[str, str]]:
    """Give the fields whose answers a piece may ask: those before it; a plan, all of them."""
    found: list[tuple[str, str]] = []
    for section in form.definition.get("sections", []):
        if kind == "section" and section["key"] == key:
            break
        for one in section.get("fields", []):
            if kind == "field" and one["key"] == key:
                return found
            if one["kind"] != "note":
                found.append((one["key"], forms.words(one.get("label")).said(_language())[:60]))
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def piece(request: HttpRequest, type_id: int, kind: str, key: str) -> HttpResponse:
    """Write a piece: a section, a field, an approval or a task; «new» adds one."""
    actor, request_type, form = _opened(request, type_id)
    if kind not in FORMS:
        raise Http404
    document = form.plan if kind in OF_PLAN else form.definition
    held = None if key == "new" else editing.find(document, kind, key)
    if held is None and key != "new":
        raise Http404
    more: dict[str, Any] = {}
    if kind in OF_PLAN:
        more["teams"] = visible(Team, actor, Team.objects.filter(is_active=True))
        more["people"] = _people(actor, (held or {}).get("person_ids", []))
    more["asked"] = editing.fields_of(form.definition)
    made = FORMS[kind](
        request.POST or None, document=document, earlier=_earlier(form, kind, key), piece=held,
        **more,
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if made.is_valid():
            section = made.cleaned_data.get("section", "")
            wanted = editing.put(document, kind, made.made(), section=section)  # type: ignore[attr-defined]
            try:
                _write(actor, request_type, kind, wanted, _version(request))
            except CompagnonError as error:
                status = error.status
                _say(made, error, _faults_of(form, kind, wanted))
            else:
                return redirect("contracts:form_build", type_id=type_id)
    context = {
        "request_type": request_type, "form": made, "kind": kind, "held": held, "draft": form,
    }  # fmt: skip
    return render(request, "contracts/asking/piece.html", context, status=status)


def _people(actor: Actor, named_already: list[int]) -> Offer:
    """Offer those whom the actor sees, and those who are named already."""
    seen = visible(Person, actor, Person.objects.filter(is_active=True))
    kept = Person.objects.filter(pk__in=named_already)
    known = kept.in_bulk()

    def offer(field: PickedField) -> None:
        field.offer(seen | kept, reverse("people:pick_persons"), named, known)

    return offer


def _faults_of(form: RequestForm, kind: str, wanted: dict[str, Any]) -> list[forms.Fault]:
    definition, plan = (form.definition, wanted) if kind in OF_PLAN else (wanted, form.plan or {})
    return forms.faults(definition, empty=True) or plans.faults(
        plan, editing.fields_of(definition), editing.amounts_of(definition)
    )


def _say(made: PieceForm, error: CompagnonError, faults: list[forms.Fault]) -> None:
    """Say what is wrong at the field that it is about, what is of another piece above all."""
    own = str(made.made()["key"])  # type: ignore[attr-defined]
    if not isinstance(error, Invalid) or not any(where == own for where, _code in faults):
        made.add_error(None, str(error))
        return
    for where, code in faults:
        name = SHOWN_ON.get(code, "")
        # A condition may be of either kind: it is said above them.
        alone = name in made.fields and not (
            name.startswith("show_") and "require_match" in made.fields
        )
        text = str(form_words.FAULTS.get(code, code))
        said = text if where == own else str(form_words.in_words([(where, code)])[0])
        made.add_error(name if alone and where == own else None, said)


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    fits = given.isascii() and given.isdecimal() and 0 < len(given) < 10
    # A form that was never written has no version to hold against.
    return int(given) or None if fits else None


def _write(
    actor: Actor,
    request_type: RequestType,
    kind: str,
    wanted: dict[str, Any],
    version: int | None,
) -> None:
    services.write_form(
        actor=actor,
        request_type=request_type,
        definition=None if kind in OF_PLAN else wanted,
        plan=wanted if kind in OF_PLAN else None,
        expected_version=version,
    )


EDITS = {"up", "down", "duplicate", "remove"}
ACTS = {"publish", "withdraw", "ending", "import"}


@login_required
@require_POST
def act(request: HttpRequest, type_id: int, name: str) -> HttpResponse:
    """Move, duplicate or remove a piece; publish, withdraw, import; say what ends the request."""
    actor, request_type, form = _opened(request, type_id)
    if name not in EDITS | ACTS:
        raise Http404
    try:
        said = (
            _edit(request, actor, request_type, form, name) if name in EDITS
            else _do(request, actor, request_type, form, name)
        )  # fmt: skip
    except CompagnonError as error:
        messages.error(request, str(error))
        if isinstance(error, Stale):
            return redirect("contracts:form_build", type_id=type_id)
        page = _page(request_type, _opened(request, type_id)[2])
        return render(request, "contracts/asking/builder.html", page, status=error.status)
    messages.success(request, said)
    return redirect("contracts:form_build", type_id=type_id)


def _edit(
    request: HttpRequest, actor: Actor, request_type: RequestType, form: RequestForm, name: str
) -> str:
    kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
    if kind not in FORMS:
        raise Invalid(_("There is no such piece."))
    document = form.plan if kind in OF_PLAN else form.definition
    if editing.find(document, kind, key) is None:
        raise Invalid(_("There is no such piece."))
    if name == "duplicate":
        wanted = editing.duplicate(document, kind, key)
    elif name == "remove":
        wanted = editing.remove(document, kind, key)
    else:
        wanted = editing.move(document, kind, key, -1 if name == "up" else 1)
    _write(actor, request_type, kind, wanted, _version(request))
    return _("The draft is kept.")


def _do(
    request: HttpRequest, actor: Actor, request_type: RequestType, form: RequestForm, name: str
) -> str:
    if name == "publish":
        made = services.publish_form(
            actor=actor, request_type=request_type, expected_version=_version(request)
        )
        return _("Version %(number)d is published.") % {"number": made.number}
    if name == "withdraw":
        services.withdraw_form(actor=actor, request_type=request_type)
        return _("The form is no longer offered.")
    if name == "ending":
        ending = EndingForm(request.POST)
        if not ending.is_valid():
            raise Invalid(_("Choose what happens at the end."))
        services.write_form(
            actor=actor, request_type=request_type, plan=(form.plan or {}) | ending.cleaned_data
        )
        return _("The draft is kept.")
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > FILE_MAX:
        raise Invalid(_("Choose an exported form of at most 1 MB."))
    try:
        document = json.loads(file.read())
    except (ValueError, RecursionError):
        raise Invalid(_("This is not an exported form.")) from None
    services.import_form(actor=actor, request_type=request_type, document=document)
    return _("The form is imported as a draft.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, type_id: int) -> HttpResponse:
    """Show the draft as its users will see it; sending says what would be missing."""
    actor, request_type, form = _opened(request, type_id)
    if forms.faults(form.definition, empty=True):
        return redirect("contracts:form_build", type_id=type_id)
    asked = forms.read(form.definition)
    data = request.POST if request.method == "POST" else None

    offers = {"person": _people(actor, [])}
    made, settled = previewed(asked, _language(), offers, data)
    context = {
        "request_type": request_type,
        "form": made,
        "drawn": made.sections(settled, live=True),
        "conditions": made.conditions(),
        "sent": data is not None and not settled.faults,
    }
    return render(request, "contracts/asking/preview.html", context)


@login_required
@require_safe
def export(request: HttpRequest, type_id: int) -> HttpResponse:
    """Give the draft as a file that another installation reads."""
    _actor, request_type, form = _opened(request, type_id)
    response = JsonResponse(services.exported(form), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="form-{request_type.pk}.json"'
    return response
