"""Organisations: the tree, and one with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud import services as keeping
from compagnon.people import policies, rules
from compagnon.people.forms import DomainsForm
from compagnon.people.models import Organisation, Person, Site, Team
from compagnon.people.resources import ORGANISATIONS, PERSONS, SITES, TEAMS
from compagnon.people.services import organisations
from compagnon.people.views.acting import actor_of, attempt, one

MOST = 500
SOME = 20


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """Show the organisations one below another, as far as the person sees them."""
    actor = actor_of(request)
    keeping.check(actor, ORGANISATIONS, "view")
    rows = visibility.visible(Organisation, actor).annotate(
        people=Count("persons", filter=Q(persons__is_active=True))
    )
    found = list(rows.order_by("path")[: MOST + 1])
    return render(
        request,
        "people/organisations_tree.html",
        {
            "nodes": nested(found[:MOST]),
            "cut": len(found) > MOST,
            "add_url": ORGANISATIONS.url("add") if _may(actor, "add") else "",
            "list_url": ORGANISATIONS.url("list"),
        },
    )


def nested(found: Sequence[Organisation]) -> list[dict[str, Any]]:
    """Give the organisations as nodes with their children, sisters by name."""
    nodes = {row.pk: {"row": row, "children": []} for row in found}
    roots: list[dict[str, Any]] = []
    for row in sorted(found, key=lambda row: rules.fold(row.name)):
        above = nodes.get(row.parent_id or 0)
        place: Any = above["children"] if above is not None else roots
        place.append(nodes[row.pk])
    return roots


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one organisation: what it is part of, its parts, sites, teams and people."""
    actor = actor_of(request)
    row = one(Organisation, actor, pk, Organisation.objects.select_related("parent"))
    return _page(request, actor, row, DomainsForm(initial={"domains": _domains(row)}))


@require_POST
def set_domains(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose its mail domains."""
    actor = actor_of(request)
    row = one(Organisation, actor, pk, Organisation.objects.select_related("parent"))
    form = DomainsForm(request.POST)
    if form.is_valid():
        refused = attempt(
            request,
            lambda: organisations.set_domains(actor=actor, organisation=row, domains=form.names()),
            _("The mail domains are saved."),
        )
        if refused is None:
            return redirect("people:organisation_detail", pk=pk)
        form.refuse(refused)
    return _page(request, actor, row, form, status=422)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it and all that is below it."""
    actor = actor_of(request)
    row = one(Organisation, actor, pk)
    attempt(
        request,
        lambda: organisations.deactivate(actor=actor, organisation=row),
        _("Closed: nobody of it can sign in any more."),
    )
    return redirect("people:organisation_detail", pk=pk)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open it again."""
    actor = actor_of(request)
    row = one(Organisation, actor, pk)
    attempt(
        request,
        lambda: organisations.reactivate(actor=actor, organisation=row),
        _("Open again."),
    )
    return redirect("people:organisation_detail", pk=pk)


def _may(actor: Actor, action: str, row: Organisation | None = None) -> bool:
    return keeping.may(actor, ORGANISATIONS, action, row)


def _domains(row: Organisation) -> str:
    return "\n".join(row.mail_domains.values_list("name", flat=True))


def _page(
    request: HttpRequest, actor: Actor, row: Organisation, form: DomainsForm, status: int = 200
) -> HttpResponse:
    above = visibility.visible(Organisation, actor).filter(pk__in=rules.keys_of(row.path)[:-1])
    here = {"organisation": row}
    people = visibility.visible(Person, actor).filter(**here, is_active=True)
    context = {
        "row": row,
        "above": above.order_by("path"),
        "parts": visibility.visible(Organisation, actor).filter(parent=row)[:MOST],
        "sites": visibility.visible(Site, actor).filter(**here)[:MOST],
        "teams": visibility.visible(Team, actor).filter(**here)[:MOST],
        "people": people.order_by("search_name", "id")[:SOME],
        "people_count": people.count(),
        "people_url": f"{PERSONS.url('list')}?organisation={row.pk}",
        "manages": policies.may(actor, "organisation.manage", row.pk),
        "form": form,
        "change_url": ORGANISATIONS.url("change", row) if _may(actor, "change", row) else "",
        "add_part_url": ORGANISATIONS.url("add") if _may(actor, "add") else "",
        "add_site_url": SITES.url("add") if keeping.may(actor, SITES, "add", row) else "",
        "add_team_url": TEAMS.url("add") if keeping.may(actor, TEAMS, "add") else "",
    }
    return render(request, "people/organisation.html", context, status=status)
