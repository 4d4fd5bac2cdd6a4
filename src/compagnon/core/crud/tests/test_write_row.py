"""What the generic services check, write and journal, beside what the contract shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.crud import Column, Resource, Services, Verbs, resource, services
from compagnon.core.crud.tests.sample import SITES, TEAMS
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, SignInNeeded, Stale
from compagnon.core.models import Entry
from compagnon.core.services import all_services
from compagnon.people.models import Role, Site, Team
from compagnon.people.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    kept = dict(resource._RESOURCES)
    yield
    resource._RESOURCES.clear()
    resource._RESOURCES.update(kept)


def declared(**more: Any) -> Resource:
    """Roles: rows of no organisation, to which others refer."""
    options: dict[str, Any] = {
        "room": "samples",
        "model": Role,
        "noun": "sample_role",
        "columns": (Column("name", sort=True),),
        "form": ("code", "name"),
        "ordering": "name",
        "organisation": "",
        "own_verbs": Verbs.of(view="role.manage", manage="role.manage"),
    }
    return Resource(**{**options, **more})


def manager_of(organisation: Any, *held: str) -> Actor:
    person = factories.person(organisation)
    factories.grant(person, factories.role(verbs=set(held)), organisation)
    return factories.actor(person)


def test_each_resource_has_its_services_in_the_register() -> None:
    services.bound(SITES)
    found = {name.rpartition("services.")[2]: one for name, one in all_services().items()}
    assert found["samples.sample_site.create"].verb == "organisation.manage"  # type: ignore[attr-defined]


def test_a_resource_declares_its_verbs() -> None:
    assert verbs.known("sample_team.view")
    assert verbs.known("sample_team.manage")
    assert not verbs.known("sample_site.view")


def test_nobody_writes(cast: Any) -> None:
    with pytest.raises((Refused, SignInNeeded)):
        services.create(actor=Actor.anonymous(), resource=SITES, values={})


def test_a_row_does_not_move_where_one_may_not(cast: Any) -> None:
    actor = manager_of(cast.client_a, "sample_team.manage", "person.view")
    team = factories.team(cast.client_a)
    with pytest.raises(Refused):
        services.change(
            actor=actor, resource=TEAMS, row=team, values={"organisation": cast.client_b}
        )
    team.refresh_from_db()
    assert team.organisation == cast.client_a


def test_personal_values_stay_out_of_the_journal(cast: Any) -> None:
    actor = factories.system()
    team = services.create(
        actor=actor,
        resource=TEAMS,
        values={"organisation": cast.client_a, "name": "Nuit", "manager": cast.technician},
    )
    services.change(actor=actor, resource=TEAMS, row=team, values={"manager": cast.expert})
    made, changed = Entry.objects.filter(object_type="people.team", object_id=team.pk).order_by(
        "id"
    )
    assert made.after == {
        "organisation": cast.client_a.pk, "name": "Nuit", "level": 1, "is_active": True
    }  # fmt: skip
    assert changed.before == {}
    assert changed.after == {"personal": ["manager"]}


def test_long_texts_stay_out_of_the_journal() -> None:
    assert SITES.hidden == {"address", "access"}


def test_fixed_fields_never_change(cast: Any) -> None:
    site = factories.site(cast.client_a)
    with pytest.raises(Invalid) as refusal:
        services.change(
            actor=factories.system(),
            resource=SITES,
            row=site,
            values={"organisation": cast.client_b},
        )
    assert "organisation" in refusal.value.fields


def test_unknown_fields_are_refused(cast: Any) -> None:
    site = factories.site(cast.client_a)
    with pytest.raises(Invalid):
        services.change(actor=factories.system(), resource=SITES, row=site, values={"version": 9})


def test_what_the_model_refuses_is_named(cast: Any) -> None:
    factories.site(cast.client_a, "Nantes")
    with pytest.raises(Invalid):
        services.create(
            actor=factories.system(),
            resource=SITES,
            values={"organisation": cast.client_a, "name": "Nantes"},
        )
    with pytest.raises(Invalid) as refusal:
        services.create(
            actor=factories.system(),
            resource=SITES,
            values={"organisation": cast.client_a, "name": "a\0b"},
        )
    assert "name" in refusal.value.fields


def test_the_same_thing_at_the_same_moment_is_a_conflict(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.site(cast.client_a, "Nantes")
    # As if the other row came after the check.
    monkeypatch.setattr(Site, "validate_constraints", lambda *_args, **_more: None)
    with pytest.raises(Conflict):
        services.create(
            actor=factories.system(),
            resource=SITES,
            values={"organisation": cast.client_a, "name": "Nantes"},
        )
    assert Site.objects.filter(name="Nantes").count() == 1


def test_what_is_referred_to_stays(cast: Any) -> None:
    roles = declared()
    role = factories.role(verbs={"ticket.view"})
    factories.grant(cast.user, role, cast.client_a)
    with pytest.raises(Conflict) as refusal:
        services.remove(actor=factories.system(), resource=roles, row=role)
    assert refusal.value.code == "in-use"
    assert str(refusal.value)
    assert not Entry.objects.filter(verb="sample_role.remove").exists()


def test_a_row_of_no_organisation_takes_the_verb_everywhere(cast: Any) -> None:
    roles = declared()
    values = {"code": "guard", "name": "Gardien"}
    here = manager_of(cast.client_a, "role.manage")
    with pytest.raises(Refused):
        services.create(actor=here, resource=roles, values=values)
    everywhere = manager_of(cast.provider, "role.manage")
    assert services.create(actor=everywhere, resource=roles, values=values).pk


def test_a_stale_or_gone_row_is_not_written(cast: Any) -> None:
    site = factories.site(cast.client_a)
    with pytest.raises(Stale):
        services.change(
            actor=factories.system(), resource=SITES, row=site, values={"name": "A"},
            expected_version=7,
        )  # fmt: skip
    with pytest.raises(Stale):
        services.remove(actor=factories.system(), resource=SITES, row=site, expected_version=7)
    Site.objects.filter(pk=site.pk).delete()
    with pytest.raises(NotFound):
        services.change(actor=factories.system(), resource=SITES, row=site, values={"name": "A"})


def test_what_is_not_offered_is_refused(cast: Any) -> None:
    only_seen = declared(can=frozenset())
    for action in ("add", "change", "delete"):
        assert not services.may(factories.system(), only_seen, action)


def test_the_rooms_own_services_are_called(cast: Any) -> None:
    called: list[Any] = []

    def create(actor: Actor, values: dict[str, Any]) -> Any:
        called.append(("create", values))
        return factories.role()

    def change(actor: Actor, row: Any, values: dict[str, Any], version: int | None) -> Any:
        called.append(("change", values, version))
        return row

    roles = declared(
        services=Services(
            create=create, change=change, remove=lambda _actor, row: called.append(("remove", row))
        )
    )
    system = factories.system()
    row = services.create(actor=system, resource=roles, values={"name": "A"})
    services.change(
        actor=system, resource=roles, row=row, values={"name": "B"}, expected_version=row.version
    )
    services.remove(actor=system, resource=roles, row=row)
    assert called == [
        ("create", {"name": "A"}),
        ("change", {"name": "B"}, row.version),
        ("remove", row),
    ]
    with pytest.raises(Stale):
        services.remove(actor=system, resource=roles, row=row, expected_version=row.version + 1)
    somebody = manager_of(cast.client_a, "role.manage")
    with pytest.raises(Refused):
        services.remove(actor=somebody, resource=roles, row=row)


def test_a_faulty_declaration_fails_at_once() -> None:
    with pytest.raises(TypeError, match="plain field"):
        declared(model=Team, form=("members",))
    with pytest.raises(FieldDoesNotExist):
        declared(columns=(Column("name", sort="nothing"),))
    with pytest.raises(FieldDoesNotExist):
        declared(ordering="-nothing")
    with pytest.raises(TypeError, match="fixed"):
        declared(fixed=("verbs",))


def test_a_row_knows_its_organisation_across_relations(cast: Any) -> None:
    from compagnon.people.models import Membership, Organisation

    membership = Membership.objects.select_related("team").get(person=cast.technician)
    found = declared(
        model=Membership, form=("team",), columns=(), organisation="team__organisation",
        ordering="id",
    )  # fmt: skip
    assert found.organisation_of(membership) == cast.provider.pk
    own = declared(model=Organisation, form=("name",), columns=(), organisation="id", ordering="id")
    assert own.organisation_of(cast.client_a) == cast.client_a.pk
    assert declared().organisation_of(cast.client_a) is None
