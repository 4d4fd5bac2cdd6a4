"""Persons by API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from ninja import Query

from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.crud import services as keeping
from compagnon.core.visibility import get_visible, visible
from compagnon.people.api import schemas
from compagnon.people.api.choosing import chosen
from compagnon.people.models import ContactPoint, Organisation, Person, Site
from compagnon.people.queries import main_emails, pick_persons
from compagnon.people.resources import PERSONS
from compagnon.people.services import contact_points, merging, persons

router = Routes(tag="persons")


def found(actor: Actor, person_id: int) -> Person:
    """Give a person that the actor sees, with what the API shows."""
    rows = Person.objects.select_related("organisation").prefetch_related("contact_points")
    return get_visible(Person, actor, rows, pk=person_id)


@router.index("/persons", schemas.PersonOut)
def list_persons(request: ApiRequest, query: Query[schemas.PersonQuery]) -> QuerySet[Person]:
    """List the persons that you may see."""
    keeping.check(request.actor, PERSONS, "view")
    return visible(Person, request.actor).prefetch_related("contact_points")


@router.show("/pick/persons", schemas.PickedListOut)
def pick_some_persons(request: ApiRequest, query: Query[schemas.PickQuery]) -> dict[str, Any]:
    """Find at most twenty active persons by the beginnings of words.

    Of their names, mail addresses or phone numbers; for a field that one types into.
    """
    picked = pick_persons(request.actor, query.q, organisation_id=query.organisation)
    emails = main_emails([person.pk for person in picked])
    return {
        "items": [
            {
                "id": person.pk,
                "name": str(person),
                "organisation_id": person.organisation_id,
                "organisation": person.organisation.name,
                "email": emails.get(person.pk, ""),
            }
            for person in picked
        ]
    }


@router.create("/persons", schemas.PersonOut, location=lambda person: f"/persons/{person.pk}")
def create_person(request: ApiRequest, body: schemas.PersonIn) -> Person:
    """Add a person."""
    actor = request.actor
    values = body.model_dump(exclude={"organisation_id", "site_id"})
    person = persons.create(
        actor=actor,
        organisation=chosen(Organisation, actor, body.organisation_id, "organisation_id"),
        site=chosen(Site, actor, body.site_id, "site_id") if body.site_id else None,
        **{name: value for name, value in values.items() if value is not None},
    )
    return found(actor, person.pk)


@router.show("/persons/{person_id}", schemas.PersonOut)
def get_person(request: ApiRequest, person_id: Id) -> Person:
    """Read one person."""
    return found(request.actor, person_id)


@router.change("/persons/{person_id}", schemas.PersonOut)
def change_person(request: ApiRequest, person_id: Id, body: schemas.PersonPatch) -> Person:
    """Change one person; what is absent stays. A `null` site is none."""
    actor = request.actor
    person = found(actor, person_id)
    sent = body.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {
        name: value
        for name, value in sent.items()
        if value is not None and not name.endswith("_id")
    }
    if body.organisation_id is not None:
        changes["organisation"] = chosen(
            Organisation, actor, body.organisation_id, "organisation_id"
        )
    if "site_id" in sent:
        changes["site"] = (
            chosen(Site, actor, body.site_id, "site_id") if body.site_id is not None else None
        )
    persons.change(
        actor=actor,
        person=person,
        changes=changes,  # type: ignore[arg-type]
        expected_version=expected_version(request, person),
    )
    return found(actor, person_id)


@router.act("/persons/{person_id}/deactivate", schemas.PersonOut)
def deactivate_person(request: ApiRequest, person_id: Id) -> Person:
    """Close the record of a person who has left."""
    persons.deactivate(actor=request.actor, person=found(request.actor, person_id))
    return found(request.actor, person_id)


@router.act("/persons/{person_id}/reactivate", schemas.PersonOut)
def reactivate_person(request: ApiRequest, person_id: Id) -> Person:
    """Open a person's record again."""
    persons.reactivate(actor=request.actor, person=found(request.actor, person_id))
    return found(request.actor, person_id)


@router.act("/persons/{person_id}/merge", schemas.PersonOut)
def merge_person(request: ApiRequest, person_id: Id, body: schemas.MergeIn) -> Person:
    """Give all that is this record's to another record of the same person, and close this one."""
    actor = request.actor
    kept = chosen(Person, actor, body.into_id, "into_id")
    merging.merge(actor=actor, gone=found(actor, person_id), kept=kept)
    return found(actor, kept.pk)


@router.create("/persons/{person_id}/contact-points", schemas.ContactPointOut)
def add_contact_point(request: ApiRequest, person_id: Id, body: schemas.ContactIn) -> ContactPoint:
    """Add an address or a number to a person."""
    person = found(request.actor, person_id)
    return contact_points.add(actor=request.actor, person=person, **body.model_dump())


@router.act("/contact-points/{point_id}/make-primary", schemas.ContactPointOut)
def make_contact_point_primary(request: ApiRequest, point_id: Id) -> ContactPoint:
    """Make an address or a number the main one of its kind."""
    point = get_visible(ContactPoint, request.actor, pk=point_id)
    return contact_points.make_primary(actor=request.actor, point=point)


@router.remove("/contact-points/{point_id}")
def delete_contact_point(request: ApiRequest, point_id: Id) -> None:
    """Delete an address or a number."""
    point = get_visible(ContactPoint, request.actor, pk=point_id)
    contact_points.remove(actor=request.actor, point=point)
