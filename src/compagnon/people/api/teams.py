"""Members of teams by API."""

from __future__ import annotations

from django.db.models import QuerySet
from ninja import Query

from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.core.visibility import get_visible, visible
from compagnon.people.api import schemas
from compagnon.people.api.choosing import chosen
from compagnon.people.models import Membership, Person, Team
from compagnon.people.services import teams

router = Routes(tag="teams")


@router.index("/teams/{team_id}/members", schemas.MemberOut)
def list_team_members(
    request: ApiRequest, team_id: Id, query: Query[schemas.MemberQuery]
) -> QuerySet[Membership]:
    """List the members of a team."""
    team = get_visible(Team, request.actor, pk=team_id)
    return visible(Membership, request.actor).filter(team=team)


@router.create("/teams/{team_id}/members", schemas.MemberOut)
def add_team_member(request: ApiRequest, team_id: Id, body: schemas.MemberIn) -> Membership:
    """Put a person in a team."""
    actor = request.actor
    team = get_visible(Team, actor, pk=team_id)
    person = chosen(Person, actor, body.person_id, "person_id")
    return teams.add_member(actor=actor, team=team, person=person)


@router.remove("/teams/{team_id}/members/{person_id}")
def remove_team_member(request: ApiRequest, team_id: Id, person_id: Id) -> None:
    """Take a person out of a team."""
    found = get_visible(Membership, request.actor, team_id=team_id, person_id=person_id)
    teams.remove_member(actor=request.actor, team=found.team, person=found.person)
