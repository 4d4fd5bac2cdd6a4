"""Roles: what each gives, as a table, and the form of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.verbs import Verb, all_verbs
from compagnon.people import standard_roles
from compagnon.people.forms import RoleForm
from compagnon.people.models import Role, RoleAssignment
from compagnon.people.rooms import room_name
from compagnon.people.services import roles
from compagnon.people.views.acting import TOLD, actor_of, attempt, one

SOME = 50


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Show every role and what it gives, room by room."""
    actor = _chief(request)
    found = list(
        visibility.visible(Role, actor).annotate(
            holders=Count("assignments__person", distinct=True)
        )
    )
    held = [(role, frozenset(role.verbs)) for role in found]
    rooms: dict[str, list[tuple[Verb, list[tuple[Any, bool]]]]] = {}
    for verb in all_verbs():
        cells = [(role, verb.name in names) for role, names in held]
        rooms.setdefault(verb.room, []).append((verb, cells))
    return render(
        request,
        "people/roles.html",
        {"roles": found, "rooms": [(room_name(key), lines) for key, lines in rooms.items()]},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make a role."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a role, and see who has it."""
    return _edit(request, one(Role, _chief(request), pk))


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a role that nobody has."""
    actor = _chief(request)
    role = one(Role, actor, pk)
    refused = attempt(request, lambda: roles.remove(actor=actor, role=role), _("Deleted."))
    if refused is not None:
        return redirect("people:role_change", pk=pk)
    return redirect("people:role_list")


def _chief(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.scope.allows_somewhere("role.manage"):
        raise Refused
    return actor


def _edit(request: HttpRequest, role: Role | None) -> HttpResponse:
    actor = _chief(request)
    form = RoleForm(actor, role, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = _save(actor, role, form)
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Saved: %(thing)s") % {"thing": saved})
                return redirect("people:role_list")
    context = {
        "role": role,
        "form": form,
        "rooms": [(room_name(key), lines) for key, lines in form.rooms()],
        "is_fixed": role is not None and role.code == standard_roles.ADMINISTRATOR,
        "is_standard": role is not None and role.code in standard_roles.BY_CODE,
        "assignments": visibility.visible(RoleAssignment, actor)
        .filter(role=role)
        .select_related("person", "organisation")
        .order_by("person__search_name", "id")[:SOME]
        if role is not None
        else [],
    }
    return render(request, "people/role.html", context, status=status)


def _save(actor: Actor, role: Role | None, form: RoleForm) -> Role:
    name: str = form.cleaned_data["name"]
    second: bool = form.cleaned_data["needs_second_factor"]
    if role is None:
        return roles.create(actor=actor, name=name, verbs=form.sent(), needs_second_factor=second)
    changes: roles.RoleChanges = {"needs_second_factor": second}
    # The form shows a shipped name translated: sent back unchanged, it is no change.
    if name != str(role):
        changes["name"] = name
    if role.code != standard_roles.ADMINISTRATOR:
        changes["verbs"] = form.sent()
    return roles.change(
        actor=actor,
        role=role,
        changes=changes,
        expected_version=form.cleaned_data["version"],
    )
