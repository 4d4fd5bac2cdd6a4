"""A name that is a filter, a password that is none, a directory's address that is ours.

A name typed at sign-in becomes part of a question to a directory: unescaped, ``*`` is everybody. An
empty password is «nobody», whom a directory lets in (RFC 4513 section 5.1.2).
"""

from __future__ import annotations

import pytest

from compagnon.core.errors import Invalid
from compagnon.people.directory import filters, ldap_driver
from compagnon.people.directory.types import Source
from compagnon.people.services import directories
from compagnon.people.tests.factories import Cast, system

NAMES = ["*", "*)(uid=*", "a)(|(uid=*", "\\2a", "x\0y", ")(objectClass=*", "é*(ñ)"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_one_value(name: str) -> None:
    text = filters.escaped(name)
    assert not set(text) & set("*()\0")
    assert filters.is_filter(f"(&(objectClass=person)(|(uid={text})(mail={text})))")


class NeverAsked:
    """A library that no question reaches."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"asked for {name}")


def test_an_empty_password_is_refused_before_anything_is_asked() -> None:
    driver = ldap_driver.LdapDriver(NeverAsked())
    assert not driver.verify(Source("ldap://x", "dc=x"), "key", "")


@pytest.mark.parametrize(
    "url",
    [
        "ldap://127.0.0.1", "ldaps://[::1]", "ldaps://169.254.169.254", "ldaps://10.0.0.1:636",
        "ldap://localhost", "ldaps://[::ffff:127.0.0.1]", "ldapi://%2Frun%2Fldapi",
        "ldaps://a@b.example", "gopher://b.example", "ldap://192.0.2.1",
    ],
)  # fmt: skip
def test_an_address_of_ours_is_refused(cast: Cast, url: str) -> None:
    values = {"name": "A", "organisation": cast.client_a, "url": url, "base": "dc=a"}
    with pytest.raises(Invalid) as caught:
        directories.create(actor=system(), values=values)
    assert "url" in caught.value.fields
