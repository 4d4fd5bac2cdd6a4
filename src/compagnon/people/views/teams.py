"""One team with its members."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core import visibility
from compagnon.core.crud import services as keeping
from compagnon.people import policies
from compagnon.people.models import Membership, Person, Team
from compagnon.people.queries import main_emails
from compagnon.people.resources import TEAMS
from compagnon.people.services import teams
from compagnon.people.views.acting import actor_of, attempt, one

MOST = 500


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one team."""
    actor = actor_of(request)
    team = one(Team, actor, pk, Team.objects.select_related("organisation", "manager"))
    members = list(
        visibility.visible(Membership, actor)
        .filter(team=team)
        .select_related("person__organisation")
        .order_by("person__search_name", "id")[:MOST]
    )
    emails = main_emails(one.person_id for one in members)
    return render(
        request,
        "people/team.html",
        {
            "team": team,
            "members": [(one, emails.get(one.person_id, "")) for one in members],
            "manages": policies.may(actor, "team.manage", team.organisation_id),
            "change_url": TEAMS.url("change", team)
            if keeping.may(actor, TEAMS, "change", team)
            else "",
            "list_url": TEAMS.url("list"),
        },
    )


@require_POST
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a person in the team."""
    actor = actor_of(request)
    team = one(Team, actor, pk)
    given = request.POST.get("person", "")
    if not given.isdecimal() or len(given) > 18:
        messages.error(request, _("Choose a person in the list."))
        return redirect("people:team_detail", pk=pk)
    person = one(Person, actor, int(given))
    attempt(
        request,
        lambda: teams.add_member(actor=actor, team=team, person=person),
        _("In the team."),
    )
    return redirect("people:team_detail", pk=pk)


@require_POST
def remove_member(request: HttpRequest, pk: int, person_id: int) -> HttpResponse:
    """Take a person out of the team."""
    actor = actor_of(request)
    membership = visibility.get_visible(Membership, actor, team_id=pk, person_id=person_id)
    attempt(
        request,
        lambda: teams.remove_member(actor=actor, team=membership.team, person=membership.person),
        _("Out of the team."),
    )
    return redirect("people:team_detail", pk=pk)
