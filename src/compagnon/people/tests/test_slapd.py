"""A real slapd: read page by page, synchronised, signed in with, moved, renamed, away."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from compagnon.people.directory import driver
from compagnon.people.directory.types import DirectoryFailed
from compagnon.people.directory_state import source_of
from compagnon.people.models import Directory, DirectoryLink, Membership
from compagnon.people.services import directories
from compagnon.people.tests import directories as books
from compagnon.people.tests import factories, slapd
from compagnon.people.tests.directories import previewed, synchronised, told
from compagnon.people.tests.factories import Cast, system
from compagnon.people.tests.slapd import Slapd
from compagnon.people.tests.test_sign_in_by_directory import enter

pytest.importorskip("ldap", reason="python-ldap is not installed (the extra ldap)")
pytestmark = [
    pytest.mark.daemon,
    pytest.mark.django_db,
    pytest.mark.skipif(slapd.PROGRAM is None, reason="no slapd (package slapd)"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    with slapd.running() as found:
        yield found


@pytest.fixture
def staff(server: Slapd) -> Iterator[dict[str, str]]:
    """Two people and their group, taken away at the end."""
    cache.clear()
    places = {
        "amel": server.add(
            "amel", givenName="Amel", sn="Durand", mail="Amel@Client-A.example",
            telephoneNumber="01 23 45 67 89", title="Comptable", preferredLanguage="en",
        ),
        "ursule": server.add(
            "upetit", givenName="Ursule", sn="Petit", mail="ursule@client-a.example"
        ),
    }  # fmt: skip
    server.group("support", places["amel"])
    yield places
    for place in ("support", "équipe"):
        _gone(server, f"cn={place},ou=groupes,{slapd.BASE}")
    for where in (slapd.STAFF, f"ou=partis,{slapd.BASE}"):
        for dn, _values in server.session().search_s(where, 1, "(uid=*)", ["uid"]):
            server.delete(dn)


def _gone(server: Slapd, dn: str) -> None:
    import ldap

    try:
        server.delete(dn)
    except ldap.NO_SUCH_OBJECT:
        return


@pytest.fixture
def found(cast: Cast, server: Slapd, settings: Any) -> Directory:
    settings.OUTGOING_ALLOW = ["127.0.0.1", "127.0.0.2"]
    return made(cast, server)


def made(cast: Cast, server: Slapd, **values: Any) -> Directory:
    usual = {
        "url": server.url, "base": slapd.STAFF, "group_base": slapd.BASE, "page_size": 100,
        "bind_dn": slapd.READER, "bind_password": slapd.SECRET,
    }  # fmt: skip
    return books.directory(cast.client_a, **{**usual, **values})


def test_a_life_in_the_directory(
    cast: Cast, found: Directory, server: Slapd, staff: dict[str, str]
) -> None:
    team = factories.team(cast.client_a)
    directories.add_rule(actor=system(), directory=found, group="SUPPORT", team=team)
    run = synchronised(found)
    assert {action for action, _key in told(run)} == {"create", "link", "join"}
    amel = DirectoryLink.objects.get(login="amel").person
    assert (str(amel), amel.job_title, amel.language) == ("Amel Durand", "Comptable", "en")
    assert Membership.objects.filter(team=team, person=amel).exists()
    assert DirectoryLink.objects.get(login="upetit").person == cast.user
    assert told(previewed(found)) == []
    # Renamed and moved within what is read; then closed; then open; then gone.
    place = server.move(staff["amel"], "uid=adurand", slapd.STAFF)
    server.change(place, sn="Durand-Élan", mail=["amel@client-a.example"])
    server.group("support", place)
    run = synchronised(found)
    assert [action for action, _key in told(run)] == ["change"]
    link = DirectoryLink.objects.get(person=amel)
    assert (link.login, link.dn) == ("adurand", place)
    parted = server.move(place, "uid=adurand", f"ou=partis,{slapd.BASE}")
    assert [action for action, _key in told(synchronised(found))] == ["suspend", "leave"]
    amel.refresh_from_db()
    assert not amel.is_active
    server.move(parted, "uid=adurand", slapd.STAFF)
    assert [action for action, _key in told(synchronised(found))] == ["restore", "join"]
    amel.refresh_from_db()
    assert amel.is_active


def test_a_crowd_page_by_page(cast: Cast, found: Directory, server: Slapd) -> None:
    crowd = made(cast, server, base=slapd.CROWD, page_size=200)
    run = previewed(crowd)
    assert (run.people, run.counts["create"]) == (slapd.CROWD_SIZE, slapd.CROWD_SIZE)
    assert run.steps.count() == slapd.CROWD_SIZE
    # The server cuts what is asked above its limit: nothing is concluded from a part.
    directories.change(actor=system(), directory=crowd, values={"page_size": 1000})
    assert previewed(crowd).error.startswith("cut")
    directories.change(actor=system(), directory=crowd, values={"page_size": 0, "most_people": 900})
    assert previewed(crowd).error.startswith("too-many")


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_encrypted_or_not_at_all(cast: Cast, found: Directory, server: Slapd) -> None:
    def read(**values: Any) -> str:
        row = made(cast, server, **values)
        try:
            return str(len(driver().read(source_of(row)).people))
        except DirectoryFailed as error:
            return error.code

    assert read(start_tls=True, ca_certificate=server.authority, base=slapd.CROWD) == "1500"
    assert read(url=server.tls_url, ca_certificate=server.authority, base=slapd.CROWD) == "1500"
    # Nobody we trust signed its certificate.
    assert read(start_tls=True) == "tls"
    assert read(url=server.tls_url) == "tls"
    # Its certificate is of another name.
    other = {"url": server.other_url, "ca_certificate": server.authority, "base": slapd.CROWD}
    assert read(**other) == "tls"
    assert read(bind_password="faux") == "refused"
    assert read(base="dc=nulle,dc=part") == "base"
    assert read(url="ldap://127.0.0.1:9") == "server"


def test_as_active_directory_keeps_them(cast: Cast, found: Directory, server: Slapd) -> None:
    """Nested groups, the primary group, closed accounts, references to other servers."""
    base = f"ou=ad,{slapd.BASE}"
    keys = {name: uuid.uuid4() for name in ("amel", "bao", "all", "team", "circle", "domain")}

    def group(name: str, *above: str, **more: Any) -> str:
        values = {"memberOf": [f"cn={one},{base}" for one in above]} if above else {}
        return server.put(
            f"cn={name},{base}", objectClass="group", cn=name, objectGUID=keys[name].bytes_le,
            **values, **more,
        )  # fmt: skip

    def user(name: str, **more: Any) -> str:
        return server.put(
            f"cn={name},{base}", objectClass="user", objectCategory="person", cn=name, sn=name,
            sAMAccountName=name, objectGUID=keys[name].bytes_le, mail=f"{name}@client-a.example",
            userPassword=slapd.PASSWORD, **more,
        )  # fmt: skip

    group("team", "all")
    group("all", "circle")
    group("circle", "team")
    group("domain", objectSid=b"\x01\x05" + b"\0" * 22 + (513).to_bytes(4, "little"))
    user("amel", memberOf=f"cn=team,{base}", userAccountControl="512", primaryGroupID="513")
    user("bao", userAccountControl="514", memberOf=f"cn=all,{base}")
    server.put(
        f"ou=ailleurs,{base}", objectClass=["referral", "extensibleObject"], ou="ailleurs",
        ref="ldap://127.0.0.1:9/dc=ailleurs",
    )  # fmt: skip
    row = made(cast, server, kind="active", base=base, group_base=base)
    given = {name: factories.team(cast.client_a, name=name) for name in ("all", "circle", "domain")}
    for name, team in given.items():
        directories.add_rule(actor=system(), directory=row, group=name, team=team)
    run = synchronised(row)
    assert [key for action, key in told(run) if action == "create"] == [str(keys["amel"])]
    amel = DirectoryLink.objects.get(directory=row).person
    assert set(amel.teams.all()) == set(given.values())
    assert enter("amel", slapd.PASSWORD)[0]
    assert not enter("bao", slapd.PASSWORD)[0]
    # Closed there: out of its teams too, so that nobody opens them again with what they had.
    server.change(f"cn=amel,{base}", userAccountControl="514")
    assert [action for action, _key in told(synchronised(row))] == ["suspend", *["leave"] * 3]
    assert not enter("amel", slapd.PASSWORD)[0]
    # What another server keeps is not asked there.
    assert previewed(made(cast, server, base=f"ou=x,ou=ailleurs,{base}")).error.startswith("base")


def test_signing_in(cast: Cast, found: Directory, server: Slapd, staff: dict[str, str]) -> None:
    synchronised(found)
    assert enter("amel@client-a.example", slapd.PASSWORD)[0]
    assert enter("amel", slapd.PASSWORD)[0]
    for password in ("", " ", "faux", "*"):
        assert not enter("amel@client-a.example", password)[0]
    assert not enter("*)(uid=*", slapd.PASSWORD)[0]
    # In the directory itself, a name is a name.
    source = source_of(found)
    for name in ("*", "*)(uid=*", "am*", "amel)(|(uid=*", "\\61mel", "amel\0"):
        assert driver().find(source, name) == []
    assert [one.login for one in driver().find(source, "amel")] == ["amel"]
    key = DirectoryLink.objects.get(login="amel").stable_id
    assert driver().verify(source, key, slapd.PASSWORD)
    assert not driver().verify(source, "*", slapd.PASSWORD)
    assert not driver().verify(source, key, "")
    # Out of what is read, and not synchronised yet.
    server.move(staff["amel"], "uid=amel", f"ou=partis,{slapd.BASE}")
    assert not enter("amel", slapd.PASSWORD)[0]


def test_a_directory_that_is_away(cast: Cast, server: Slapd, settings: Any, staff: dict) -> None:  # type: ignore[type-arg]
    settings.OUTGOING_ALLOW = ["127.0.0.1"]
    row = made(cast, server)
    synchronised(row)
    Directory.objects.filter(pk=row.pk).update(url="ldap://127.0.0.1:9")
    entered, text = enter("amel", slapd.PASSWORD)
    assert not entered
    assert "ne répond pas" in text
    assert enter(cast.administrator.account.email, factories.PASSWORD)[0]
    assert previewed(row).error.startswith("server")
