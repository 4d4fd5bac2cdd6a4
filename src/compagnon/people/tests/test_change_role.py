"""Making and changing roles."""

from __future__ import annotations

import pytest

from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.people import standard_roles as standard
from compagnon.people.errors import Escalation
from compagnon.people.models import Role
from compagnon.people.services import bootstrap, roles
from compagnon.people.tests import factories as f


def test_create_change_remove(cast: f.Cast) -> None:
    actor = f.actor(cast.administrator)
    role = roles.create(
        actor=actor, name="Accueil téléphonique", verbs=["ticket.open", "person.view"]
    )
    assert (role.code, role.verbs) == ("accueil-telephonique", ["person.view", "ticket.open"])
    changed = roles.change(
        actor=actor,
        role=role,
        changes={"verbs": ["person.view"], "needs_second_factor": True},
        expected_version=1,
    )
    assert (changed.verbs, changed.needs_second_factor) == (["person.view"], True)
    roles.remove(actor=actor, role=changed)
    assert not Role.objects.filter(pk=role.pk).exists()


def test_create_refuses_what_the_maker_does_not_hold(cast: f.Cast) -> None:
    chief = f.person(cast.client_a)
    f.grant(chief, f.role(verbs={"role.manage", "person.view"}), cast.client_a)
    assert roles.create(actor=f.actor(chief), name="Vue", verbs=["person.view"])
    with pytest.raises(Escalation):
        roles.create(actor=f.actor(chief), name="Tout", verbs=["account.manage"])
    with pytest.raises(Refused):
        roles.create(actor=f.actor(cast.supervisor), name="Vue 2", verbs=["person.view"])
    with pytest.raises(Invalid, match="thé"):
        roles.create(actor=f.system(), name="Thé", verbs=["thé.faire"])
    with pytest.raises(Invalid):
        roles.create(actor=f.system(), name="Vue", verbs=[])


def test_change_refuses_to_add_or_disarm_beyond_oneself(cast: f.Cast) -> None:
    chief = f.person(cast.client_a)
    f.grant(chief, f.role(verbs={"role.manage", "person.view"}), cast.client_a)
    actor = f.actor(chief)
    mine = f.role(verbs={"person.view"})
    f.grant(cast.user, mine, cast.client_a)
    with pytest.raises(Escalation):
        roles.change(actor=actor, role=mine, changes={"verbs": ["person.view", "account.manage"]})
    elsewhere = f.role(verbs={"person.view"})
    f.grant(cast.outsider, elsewhere, cast.client_b)
    with pytest.raises(Refused):
        roles.change(actor=actor, role=elsewhere, changes={"verbs": []})
    greater = f.role(verbs={"person.view", "account.manage"})
    f.grant(cast.user, greater, cast.client_a)
    with pytest.raises(Escalation):
        roles.change(actor=actor, role=greater, changes={"verbs": ["person.view"]})
    with pytest.raises(Escalation):
        roles.remove(actor=actor, role=f.role(verbs={"account.manage"}))


def test_the_administrators_role_is_fixed(cast: f.Cast) -> None:
    role = f.role(standard.ADMINISTRATOR)
    with pytest.raises(Conflict):
        roles.change(actor=f.system(), role=role, changes={"verbs": []})
    assert roles.change(actor=f.system(), role=role, changes={"needs_second_factor": True})
    with pytest.raises(Conflict):
        roles.remove(actor=f.system(), role=role)


def test_a_role_that_somebody_has_is_not_removed(cast: f.Cast) -> None:
    role = f.role(verbs={"person.view"})
    f.grant(cast.user, role, cast.client_a)
    with pytest.raises(Conflict):
        roles.remove(actor=f.system(), role=role)


def test_change_refuses_a_stale_reader(cast: f.Cast) -> None:
    role = f.role(verbs={"person.view"})
    with pytest.raises(Stale):
        roles.change(actor=f.system(), role=role, changes={"name": "X"}, expected_version=5)


def test_a_changed_standard_role_is_left_alone_by_upgrades(cast: f.Cast) -> None:
    role = f.role(standard.TECHNICIAN)
    roles.change(actor=f.system(), role=role, changes={"verbs": ["ticket.view"]})
    administrators = Role.objects.get(code=standard.ADMINISTRATOR)
    administrators.verbs = ["person.view"]
    administrators.save()
    altered = bootstrap.ensure_roles(actor=f.system())
    assert [one.code for one in altered] == [standard.ADMINISTRATOR]
    role.refresh_from_db()
    assert role.verbs == ["ticket.view"]
    administrators.refresh_from_db()
    assert "role.manage" in administrators.verbs
    assert bootstrap.ensure_roles(actor=f.system()) == []
