"""Roles by API: what they hold, and giving them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from ninja import Query

from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.verbs import all_verbs, own_verbs
from compagnon.core.visibility import get_visible, visible
from compagnon.people.api import schemas
from compagnon.people.api.choosing import chosen
from compagnon.people.models import Organisation, Person, Role, RoleAssignment
from compagnon.people.services import roles

router = Routes(tag="roles")


@router.show("/verbs", schemas.VerbsOut)
def list_verbs(request: ApiRequest) -> dict[str, Any]:
    """List what can be done, as roles and tokens name it."""
    return {
        "items": [
            {"name": verb.name, "label": str(verb.label), "room": verb.room, "own": verb.own}
            for verb in (*all_verbs(), *own_verbs())
        ]
    }


@router.index("/roles", schemas.RoleOut)
def list_roles(request: ApiRequest, query: Query[schemas.RoleQuery]) -> QuerySet[Role]:
    """List the roles: all of them for whoever gives roles, otherwise your own."""
    return visible(Role, request.actor)


@router.create("/roles", schemas.RoleOut, location=lambda role: f"/roles/{role.pk}")
def create_role(request: ApiRequest, body: schemas.RoleIn) -> Role:
    """Make a role from verbs that you hold."""
    return roles.create(actor=request.actor, **body.model_dump())


@router.show("/roles/{role_id}", schemas.RoleOut)
def get_role(request: ApiRequest, role_id: Id) -> Role:
    """Read one role."""
    return get_visible(Role, request.actor, pk=role_id)


@router.change("/roles/{role_id}", schemas.RoleOut)
def change_role(request: ApiRequest, role_id: Id, body: schemas.RolePatch) -> Role:
    """Change one role, for everybody who has it; what is absent stays."""
    role = get_visible(Role, request.actor, pk=role_id)
    sent = body.model_dump(exclude_unset=True)
    return roles.change(
        actor=request.actor,
        role=role,
        changes={name: value for name, value in sent.items() if value is not None},  # type: ignore[arg-type]
        expected_version=expected_version(request, role),
    )


@router.remove("/roles/{role_id}")
def delete_role(request: ApiRequest, role_id: Id) -> None:
    """Delete a role that nobody has."""
    roles.remove(actor=request.actor, role=get_visible(Role, request.actor, pk=role_id))


@router.index("/role-assignments", schemas.AssignmentOut)
def list_role_assignments(
    request: ApiRequest, query: Query[schemas.AssignmentQuery]
) -> QuerySet[RoleAssignment]:
    """List the roles given: your own, and those on organisations where you give roles."""
    return visible(RoleAssignment, request.actor)


@router.create("/role-assignments", schemas.AssignmentOut)
def give_role(request: ApiRequest, body: schemas.AssignmentIn) -> RoleAssignment:
    """Give a person a role on an organisation and all that is below it.

    Nobody gives what they do not hold there.
    """
    actor = request.actor
    return roles.give(
        actor=actor,
        person=chosen(Person, actor, body.person_id, "person_id"),
        role=chosen(Role, actor, body.role_id, "role_id"),
        organisation=chosen(Organisation, actor, body.organisation_id, "organisation_id"),
    )


@router.remove("/role-assignments/{assignment_id}")
def take_role_away(request: ApiRequest, assignment_id: Id) -> None:
    """Take a role away."""
    found = get_visible(RoleAssignment, request.actor, pk=assignment_id)
    roles.take_away(actor=request.actor, assignment=found)
