"""How far a person sees: roles spread over subtrees, teams, tokens' verbs."""

from __future__ import annotations

import pytest

from compagnon.core import visibility
from compagnon.people.models import Organisation, Person, Site, Team
from compagnon.people.queries import scope_of
from compagnon.people.tests import factories as f

pytestmark = pytest.mark.django_db


def test_a_role_on_the_only_root_reaches_everywhere() -> None:
    cast = f.cast()
    scope = scope_of(cast.technician)
    assert scope.organisations("ticket.view") is None
    assert scope.allows("ticket.view", cast.client_b.pk)
    assert scope.team_ids == {cast.level_1.pk}


def test_a_role_on_a_root_among_others_reaches_its_subtree_only() -> None:
    cast = f.cast()
    other = f.organisation("Autre racine")
    scope = scope_of(cast.technician)
    assert scope.organisations("ticket.view") == {
        cast.provider.pk,
        cast.client_a.pk,
        cast.client_b.pk,
    }
    assert not scope.allows("ticket.view", other.pk)
    assert not scope.allows("ticket.view", None)


def test_a_role_on_a_client_reaches_what_is_below_it() -> None:
    cast = f.cast()
    part = f.organisation("Atelier", parent=cast.client_a)
    # /1/ must not reach /10/: keys are whole.
    scope = scope_of(cast.representative)
    assert scope.organisations("person.view") == {cast.client_a.pk, part.pk}


def test_a_token_keeps_its_verbs_only() -> None:
    cast = f.cast()
    scope = scope_of(cast.technician, only=frozenset({"ticket.view", "role.manage"}))
    assert scope.allows("ticket.view", cast.client_a.pk)
    assert not scope.allows("ticket.reply", cast.client_a.pk)
    assert not scope.allows("role.manage", cast.client_a.pk)


@pytest.mark.parametrize("who", ["technician", "user", "representative"])
def test_scope_is_built_in_three_queries(who: str, django_assert_max_num_queries) -> None:
    cast = f.cast()
    somebody = getattr(cast, who)
    with django_assert_max_num_queries(3):
        scope_of(somebody)


def test_who_sees_whom() -> None:
    cast = f.cast()

    def seen(model: type, who: Person) -> set[object]:
        return set(visibility.visible(model, f.actor(who)))

    assert seen(Person, cast.technician) == set(Person.objects.all())
    assert seen(Person, cast.user) == {cast.user}
    assert seen(Person, cast.representative) == {cast.user, cast.colleague, cast.representative}
    assert seen(Site, cast.user) == {cast.site_a}
    assert seen(Site, cast.outsider) == set()
    assert seen(Organisation, cast.outsider) == {cast.client_b}
    assert seen(Team, cast.outsider) == set()
    assert seen(Team, cast.technician) == {cast.level_1, cast.level_2}
