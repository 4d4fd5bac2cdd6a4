"""What goes into a directory's reading, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Entry = tuple[str, Mapping[str, Sequence[bytes]]]
"""A distinguished name, and its attributes by their names in lower case."""


class DirectoryFailed(Exception):
    """The directory cannot be read or asked; nothing may be concluded from it.

    ``code`` is one that pages have words for: ``missing`` (python-ldap is not installed),
    ``server``, ``internal``, ``tls``, ``refused`` (our own name or password), ``secret``,
    ``base``, ``filter``, ``paging``, ``cut`` (the server's limit), ``too-many`` (ours), ``slow``,
    ``empty``, ``unused`` (put out of use meanwhile), ``broken``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = "".join(sign if sign.isprintable() else " " for sign in detail)[:250]

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


@dataclass(frozen=True, slots=True)
class Attributes:
    """Under which names a directory keeps what we read; empty: it does not keep it."""

    stable_id: str = "entryUUID"
    login: str = "uid"
    first_name: str = "givenName"
    last_name: str = "sn"
    mail: str = "mail"
    phone: str = "telephoneNumber"
    mobile: str = "mobile"
    job_title: str = "title"
    language: str = "preferredLanguage"
    disabled: str = "pwdAccountLockedTime"
    groups: str = ""
    group_name: str = "cn"
    members: str = "member uniqueMember memberUid"

    @property
    def is_active_directory(self) -> bool:
        """Whether entries are named as Active Directory does."""
        return self.stable_id.lower() == "objectguid"

    def of_people(self) -> list[str]:
        """Give the attributes to ask of a person's entry, each once."""
        names = (
            self.stable_id, self.login, self.first_name, self.last_name, self.mail, self.phone,
            self.mobile, self.job_title, self.language, self.disabled, self.groups, "cn",
            "displayName", "primaryGroupID" if self.is_active_directory else "",
        )  # fmt: skip
        return list(dict.fromkeys(name for name in names if name))

    def of_groups(self) -> list[str]:
        """Give the attributes to ask of a group's entry; groups are in groups."""
        members = [self.groups] if self.groups else self.members.split()
        security = ["objectSid"] if self.is_active_directory else []
        return list(dict.fromkeys([self.stable_id, self.group_name, *members, *security]))


@dataclass(frozen=True, slots=True)
class Source:
    """A directory and how it is read.

    Args:
        url: ``ldap://host:port`` or ``ldaps://host:port``, already checked.
        bind_dn: empty: nobody; then nothing is asked but what everybody may read.
        page_size: entries a page (RFC 2696); 0: all at once.
        most: people that are read; more is a failure, not a part of them.
        seconds: how long one answer may take.
    """

    url: str
    base: str
    start_tls: bool = False
    ca_certificate: str = ""
    bind_dn: str = ""
    bind_password: str = field(default="", repr=False)
    group_base: str = ""
    people_filter: str = "(objectClass=inetOrgPerson)"
    group_filter: str = ""
    is_subtree: bool = True
    attributes: Attributes = field(default_factory=Attributes)
    page_size: int = 500
    most: int = 20_000
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """A person as the directory tells them. ``groups`` are stable names of groups."""

    stable_id: str
    dn: str
    login: str = ""
    first_name: str = ""
    last_name: str = ""
    emails: tuple[str, ...] = ()
    phone: str = ""
    mobile: str = ""
    job_title: str = ""
    language: str = ""
    is_disabled: bool = False
    groups: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name under which a person sees them."""
        return f"{self.first_name} {self.last_name}".strip() or self.login or self.dn


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A group of the directory."""

    stable_id: str
    dn: str
    name: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """All that was read. ``unusable`` are names of entries without what tells them apart."""

    people: tuple[Found, ...]
    groups: tuple[FoundGroup, ...] = ()
    unusable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """What a trial saw: how many of each at least, and the first few."""

    people: int
    groups: int
    first_people: tuple[Found, ...] = ()
    first_groups: tuple[FoundGroup, ...] = ()
    unusable: int = 0


class Driver(Protocol):
    """What can speak to a directory."""

    def read(self, source: Source) -> Contents:
        """Read every person and group.

        Raises:
            DirectoryFailed: any part could not be read: nothing is given.
        """
        ...

    def find(self, source: Source, name: str) -> list[Found]:
        """Give the people whose login or mail address is that name, two at most.

        Raises:
            DirectoryFailed: it could not be asked.
        """
        ...

    def verify(self, source: Source, stable_id: str, password: str) -> bool:
        """Tell whether that password is this person's, by signing in with it.

        Raises:
            DirectoryFailed: it could not be asked.
        """
        ...
