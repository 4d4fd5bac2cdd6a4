"""Setting a directory: what may be typed, and that it may no more than who set it."""

from __future__ import annotations

import pytest

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused
from compagnon.core.models import Entry
from compagnon.people.models import (
    Account,
    Directory,
    RoleAssignment,
)
from compagnon.people.services import directories, directory_links
from compagnon.people.tests.directories import (
    Book,
    directory,
    previewed,
    steps,
    synchronised,
)
from compagnon.people.tests.factories import Cast, actor, grant, person, role, system

pytestmark = pytest.mark.django_db


class TestRights:
    """A directory may no more than who set it."""

    @pytest.fixture
    def setter(self, cast: Cast) -> Actor:
        chief = person(cast.client_a)
        verbs = {"directory.manage", "person.manage", "account.manage", "person.view",
                 "team.manage", "role.manage"}  # fmt: skip
        grant(chief, role(verbs=verbs), cast.client_a)
        return actor(chief)

    def test_only_where_one_manages(self, cast: Cast, setter: Actor, book: Book) -> None:
        with pytest.raises(Refused):
            directory(cast.client_b, actor=setter)
        with pytest.raises(Refused):
            directory(cast.client_a, actor=actor(cast.supervisor))

    def test_no_role_that_one_does_not_hold(
        self,
        cast: Cast,
        setter: Actor,
        book: Book,
    ) -> None:
        found = directory(cast.client_a, actor=setter)
        with pytest.raises(Refused):
            directories.add_rule(
                actor=setter,
                directory=found,
                group="g",
                role=role("administrator"),
                organisation=cast.client_a,
            )
        with pytest.raises(Refused):
            directories.add_rule(actor=setter, directory=found, group="g", team=cast.level_1)

    def test_a_role_that_its_setter_holds_no_more(
        self,
        cast: Cast,
        setter: Actor,
        book: Book,
    ) -> None:
        found = directory(cast.client_a, actor=setter)
        given = role(verbs={"person.view"})
        directories.add_rule(
            actor=setter, directory=found, group="g", role=given, organisation=cast.client_a
        )
        given.verbs = ["person.view", "privacy.manage"]
        given.save()
        book.group("g1", "g")
        book.put("amel", groups=("g1",))
        assert steps(synchronised(found), "give") == [("amel", "escalation", "refused")]

    def test_who_holds_more_is_not_linked_by_mail(
        self,
        cast: Cast,
        setter: Actor,
        book: Book,
    ) -> None:
        found = directory(cast.client_a, actor=setter)
        chief = person(cast.client_a, email="chef@client-a.example")
        grant(chief, role(verbs={"privacy.manage"}), cast.client_a)
        book.put("chef", mail="chef@client-a.example")
        assert steps(previewed(found), "conflict") == [("chef", "rights", "todo")]
        with pytest.raises(Refused):
            directory_links.link(
                actor=setter, directory=found, person=chief, stable_id="chef", dn="", login=""
            )

    def test_a_setter_who_left_synchronises_nothing(
        self,
        cast: Cast,
        setter: Actor,
        book: Book,
    ) -> None:
        found = directory(cast.client_a, actor=setter)
        book.put("amel")
        RoleAssignment.objects.filter(person_id=setter.id).delete()
        run = previewed(found)
        assert (run.state, run.error.partition(":")[0]) == ("failed", "setter")

    def test_a_setter_whose_account_is_closed_synchronises_nothing(
        self, cast: Cast, book: Book
    ) -> None:
        found = directory(cast.client_a, actor=actor(cast.administrator))
        book.put("amel")
        Account.objects.filter(person=cast.administrator).update(is_active=False)
        run = previewed(found)
        assert (run.state, run.error.partition(":")[0]) == ("failed", "setter")

    def test_nobody_lesser_takes_a_directory_over(
        self,
        cast: Cast,
        setter: Actor,
        book: Book,
    ) -> None:
        found = directory(cast.client_a, actor=actor(cast.administrator))
        with pytest.raises(Refused):
            directories.change(
                actor=setter, directory=found, values={"url": "ldap://127.0.0.1:390"}
            )


class TestSettings:
    """What may be typed."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("url", "http://annuaire.example"),
            ("url", "ldap://user:pw@annuaire.example"),
            ("url", "ldap://10.0.0.7"),
            ("url", "ldaps://169.254.169.254"),
            ("url", "ldap://8.8.8.8"),
            ("people_filter", "(objectClass=*"),
            ("people_filter", "objectClass=person"),
            ("base", "exemple"),
            ("ca_certificate", "-----BEGIN CERTIFICATE-----"),
            ("attributes", {"mail": "ma(il"}),
            ("bind_dn", "cn=lecture,dc=exemple"),
            ("schedule", "sometimes"),
        ],
    )
    def test_it_is_refused(self, cast: Cast, book: Book, name: str, value: object) -> None:
        with pytest.raises(Invalid) as caught:
            directory(cast.client_a, **{name: value})
        assert set(caught.value.fields) & {name, "bind_password"}

    def test_a_secret_never_follows_to_another_server(
        self,
        found: Directory,
        book: Book,
    ) -> None:
        directories.change(
            actor=system(),
            directory=found,
            values={"bind_dn": "cn=lecture,dc=exemple", "bind_password": "secret"},
        )
        found.refresh_from_db()
        assert found.bind_password
        assert "secret" not in found.bind_password
        with pytest.raises(Invalid):
            directories.change(
                actor=system(), directory=found, values={"url": "ldap://127.0.0.1:390"}
            )
        held = str([*Entry.objects.values("before", "after")])
        assert "secret" not in held.replace("secrets", "")
