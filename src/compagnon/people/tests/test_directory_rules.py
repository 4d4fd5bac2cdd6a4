"""What is decided of a directory without a server or a database."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.people.directory import comparing, filters, reading
from compagnon.people.directory.comparing import Here, Known, Rule
from compagnon.people.directory.presets import PRESETS
from compagnon.people.directory.types import Attributes, Contents, Found, FoundGroup

ACTIVE = PRESETS["active"].attributes
KEY = uuid.UUID("3f79048f-42cd-4c77-8426-835cd9f8a3ad")


def entry(**values: str | bytes | list[str]) -> dict[str, list[bytes]]:
    def raw(one: str | bytes) -> bytes:
        return one if isinstance(one, bytes) else one.encode()

    return {
        name.lower(): [raw(one) for one in (value if isinstance(value, list) else [value])]
        for name, value in values.items()
    }


class TestActiveDirectory:
    """As Active Directory keeps people."""

    def test_a_person_and_a_group(self) -> None:
        dn = "CN=Dupont\\, Élise,OU=Siège,DC=corp,DC=example"
        person = entry(
            objectGUID=KEY.bytes_le, sAMAccountName="EDupont", givenName="Élise", sn="Dupont",
            mail="Elise.DUPONT@corp.example", userAccountControl="512", title="Acheteuse",
            telephoneNumber="+33 (0)1 23 45 67 89", memberOf=["CN=Support,OU=Groupes,DC=corp"],
        )  # fmt: skip
        group = entry(objectGUID=uuid.uuid4().bytes_le, cn="Support")
        told = reading.contents(
            [(dn, person)], [("cn=support, ou=groupes, dc=CORP", group)], ACTIVE
        )
        (found,) = told.people
        assert found.stable_id == str(KEY)
        assert (found.login, found.emails) == ("EDupont", ("elise.dupont@corp.example",))
        assert (found.phone, found.is_disabled) == ("+33123456789", False)
        assert found.groups == (told.groups[0].stable_id,)

    @pytest.mark.parametrize(
        ("said", "closed"),
        [("512", False), ("514", True), ("66050", True), ("", False), ("x", False)],
    )
    def test_who_is_closed(self, said: str, closed: bool) -> None:
        values = entry(objectGUID=KEY.bytes_le, userAccountControl=said)
        assert reading.person(("cn=x", values), ACTIVE).is_disabled is closed

    def test_addresses_of_proxies(self) -> None:
        values = entry(
            objectGUID=KEY.bytes_le,
            proxyAddresses=["smtp:b@corp.example", "SMTP:a@corp.example", "x500:/o=corp"],
        )
        names = replace(ACTIVE, mail="proxyAddresses")
        found = reading.person(("cn=x", values), names)
        assert found.emails == ("a@corp.example", "b@corp.example")

    def test_an_identity_of_another_length_is_none(self) -> None:
        told = reading.contents([("cn=x", entry(objectGUID=b"1234"))], [], ACTIVE)
        assert (told.people, told.unusable) == ((), ("cn=x",))


def test_groups_by_name_and_by_place() -> None:
    people = [
        ("uid=Zoé,ou=a", entry(entryUUID="1", uid="Zoé", sn="Z")),
        ("uid=b,ou=a", entry(entryUUID="2", uid="b", sn="B")),
    ]
    groups = [
        ("cn=g", entry(entryUUID="9", cn="g", member=["UID=b, OU=a"], memberUid=["zoé"])),
    ]
    told = reading.contents(people, groups, Attributes())
    assert [one.groups for one in told.people] == [("9",), ("9",)]


def test_a_name_is_made_of_what_there_is() -> None:
    values = entry(entryUUID="1", uid="jd", displayName="Jean\0 Dupont")
    found = reading.person(("uid=jd", values), Attributes())
    assert (found.first_name, found.last_name) == ("Jean", "Dupont")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("CN=A,DC=b", "cn=a, dc=B", True),
        ("cn=Dupont\\, Élise,dc=b", "cn=dupont\\2c \\c3\\89lise,dc=b", True),
        ("cn=élise,dc=b", "cn=elise,dc=b", False),
        ("cn=a\\,dc=b", "cn=a,dc=b", False),
    ],
)
def test_two_writings_of_a_place(one: str, other: str, alike: bool) -> None:
    assert (reading.folded_dn(one) == reading.folded_dn(other)) is alike


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("(objectClass=person)", True),
        ("(&(a=b)(|(c=*)(!(d>=1))))", True),
        ("(cn=caf\\c3\\a9)", True),
        ("(memberOf:1.2.840.113556.1.4.1941:=cn=g,dc=x)", True),
        ("objectClass=person", False),
        ("(a=b)(c=d)", False),
        ("(&)", False),
        ("(!(a=b)(c=d))", False),
        ("(a=b", False),
        ("(a=\\zz)", False),
        ("(" * 3000, False),
    ],
)
def test_a_filter(text: str, whole: bool) -> None:
    assert filters.is_filter(text) is whole


@given(st.text())
def test_what_is_escaped_stays_one_value(text: str) -> None:
    narrowed = f"(uid={filters.escaped(text)})"
    assert len(narrowed) > filters.LONGEST or filters.is_filter(narrowed)
    assert "*" not in filters.escaped(text)


PEOPLE = st.lists(
    st.builds(
        Found,
        stable_id=st.sampled_from("abcdef"),
        dn=st.just("cn=x"),
        last_name=st.sampled_from(["Durand", "Petit"]),
        emails=st.lists(
            st.sampled_from(["a@x.fr", "b@x.fr", "c@x.fr"]), max_size=2, unique=True
        ).map(tuple),
        is_disabled=st.booleans(),
    ),
    unique_by=lambda one: one.stable_id,
)


@given(PEOPLE, st.randoms())
def test_the_order_of_a_reading_means_nothing(people: list[Found], chance: object) -> None:
    here = Here({}, {"a@x.fr": Known(1, last_name="Durand", emails=("a@x.fr",))})
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    plans = [comparing.plan(Contents(tuple(one)), here) for one in (people, shuffled)]
    assert comparing.digest(plans[0]) == comparing.digest(plans[1])


@given(PEOPLE)
def test_nobody_is_two_people_and_no_address_is_given_twice(people: list[Found]) -> None:
    steps = comparing.plan(Contents(tuple(people)), Here({}, {}))
    made = [one for one in steps if one.action == "create"]
    addresses = [address for one in made for address in one.changes.get("emails", ["", []])[1]]
    assert len(addresses) == len(set(addresses))
    assert len({one.stable_id for one in steps}) == len(steps)


def test_groups_that_do_not_answer_take_nothing_back() -> None:
    gift = (7, None, None)
    known = Known(1, "a", last_name="Durand", dn="cn=x")
    here = Here({"a": known}, {}, [Rule(1, "", 7)], {1: frozenset({gift})}, {1: frozenset({gift})})
    found = Found("a", "cn=x", last_name="Durand")
    assert comparing.plan(Contents((found,)), here) == []
    other = FoundGroup("g", "cn=g", "g")
    assert [one.action for one in comparing.plan(Contents((found,), (other,)), here)] == ["leave"]


def test_groups_in_groups() -> None:
    """By members, as OpenLDAP keeps them: a circle ends, and who is in none is in none."""
    names = Attributes()

    def group(name: str, *members: str) -> tuple[str, dict[str, list[bytes]]]:
        many = [f"cn={one},dc=x" for one in members]
        return f"cn={name},dc=x", entry(entryUUID=name, cn=name, member=many)

    groups = [group("a", "b"), group("b", "c", "bao"), group("c", "a", "amel"), group("d", "d")]
    people = [(f"cn={one},dc=x", entry(entryUUID=one)) for one in ("amel", "bao", "chloe")]
    told = reading.contents(people, groups, names)
    assert [(one.stable_id, one.groups) for one in told.people] == [
        ("amel", ("a", "b", "c")), ("bao", ("a", "b", "c")), ("chloe", ()),
    ]  # fmt: skip


class Parts:
    """A server that gives an attribute in parts of two, as Active Directory does."""

    SCOPE_BASE = 0

    def __init__(self, values: list[bytes]) -> None:
        self.values = values
        self.asked: list[str] = []

    def search_ext_s(
        self, dn: str, _scope: int, _filter: str, names: list[str], **_more: object
    ) -> list[tuple[str, dict[str, list[bytes]]]]:
        self.asked += names
        start = int(names[0].partition("=")[2].partition("-")[0])
        part = self.values[start : start + 2]
        end = "*" if start + 2 >= len(self.values) else str(start + 1)
        return [(dn, {f"member;range={start}-{end}": part})]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_values_that_come_in_parts(number: int) -> None:
    from compagnon.people.directory.ldap_driver import LdapDriver
    from compagnon.people.directory.types import Source

    values = [f"cn={one}".encode() for one in range(number)]
    server = Parts(values)
    driver = LdapDriver(server)
    end = "1" if number > 2 else "*"
    first = {"cn": [b"g"], "member": [], f"member;range=0-{end}": values[:2]}
    whole = driver._whole(server, Source(url="", base=""), "cn=g", first)
    assert whole == ("cn=g", {"cn": [b"g"], "member": values})
    assert len(server.asked) == (number - 1) // 2
