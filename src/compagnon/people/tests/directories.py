"""A directory that is none: what its driver reads is a list, for tests without a server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from compagnon.core.actor import Actor
from compagnon.core.tasks.worker import run_due
from compagnon.people.directory.types import Contents, DirectoryFailed, Found, FoundGroup, Source
from compagnon.people.models import Directory, DirectoryLink, DirectoryRun, Organisation, Person
from compagnon.people.services import directories, directory_runs
from compagnon.people.tests.factories import Cast, system


@dataclass
class Book:
    """What the directory holds; a test changes it between two readings."""

    people: dict[str, Found] = field(default_factory=dict)
    groups: dict[str, FoundGroup] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    failure: DirectoryFailed | None = None
    asked: list[str] = field(default_factory=list)

    def put(self, key: str, first: str = "", last: str = "", **values: Any) -> Found:
        """Add a person, or put another in their place."""
        mail = values.pop("mail", f"{key}@client-a.example")
        usual = Found(
            key, f"uid={key},dc=exemple", key, first or key.capitalize(), last or "Annuaire",
            (mail,) if mail else (),
        )  # fmt: skip
        self.people[key] = replace(usual, **values)
        return self.people[key]

    def change(self, key: str, **values: Any) -> None:
        """Change a person of the directory."""
        self.people[key] = replace(self.people[key], **values)

    def group(self, key: str, name: str = "") -> FoundGroup:
        """Add a group."""
        self.groups[key] = FoundGroup(key, f"cn={name or key},dc=exemple", name or key)
        return self.groups[key]

    def read(self, _source: Source) -> Contents:
        self._answer("read")
        people = sorted(self.people.values(), key=lambda one: one.stable_id)
        return Contents(tuple(people), tuple(self.groups.values()))

    def find(self, _source: Source, name: str) -> list[Found]:
        self._answer("find")
        return [one for one in self.people.values() if name in (one.login, *one.emails)]

    def verify(self, _source: Source, stable_id: str, password: str) -> bool:
        self._answer("verify")
        known = self.people.get(stable_id)
        is_right = bool(password) and self.passwords.get(stable_id) == password
        return known is not None and not known.is_disabled and is_right

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Book:
    """The directory that every directory of the test is."""
    from compagnon.people import directory as engine

    settings.OUTGOING_ALLOW = ["127.0.0.1"]
    found = Book()
    monkeypatch.setattr(engine, "driver", lambda: found)
    return found


@pytest.fixture
def found(cast: Cast, book: Book) -> Directory:
    """A directory of the first client."""
    return directory(cast.client_a)


def directory(
    organisation: Organisation, *, actor: Actor | None = None, **values: Any
) -> Directory:
    """A directory of the organisation, set by the program unless told otherwise."""
    usual = {
        "name": f"Annuaire {Directory.objects.count() + 1}",
        "organisation": organisation,
        "url": "ldap://127.0.0.1:389",
        "base": "dc=exemple",
        "kind": "openldap",
    }
    return directories.create(actor=actor or system(), values={**usual, **values})


def previewed(found: Directory, *, actor: Actor | None = None) -> DirectoryRun:
    """Preview, and wait for it."""
    run = directory_runs.preview(actor=actor or system(), directory=found)
    run_due()
    run.refresh_from_db()
    return run


def synchronised(
    found: Directory, *, actor: Actor | None = None, confirmed: bool = False
) -> DirectoryRun:
    """Preview, then carry out what was previewed."""
    run = previewed(found, actor=actor)
    assert run.state == "ready", run.error
    directory_runs.apply(actor=actor or system(), run=run, confirmed=confirmed)
    run_due()
    run.refresh_from_db()
    return run


def told(run: DirectoryRun) -> list[tuple[str, str]]:
    """The steps, as ``(action, stable_id)``."""
    return list(run.steps.order_by("position").values_list("action", "stable_id"))


def steps(run: DirectoryRun, action: str) -> list[tuple[str, str, str]]:
    """The steps of one action, as ``(stable_id, code, state)``."""
    rows = run.steps.filter(action=action).order_by("position")
    return list(rows.values_list("stable_id", "code", "state"))


def person_of(key: str) -> Person:
    """Who an entry of a directory is here."""
    return DirectoryLink.objects.get(stable_id=key).person
