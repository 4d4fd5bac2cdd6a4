"""Who and what stories are about, by their keys: what the generator knows of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Place:
    """A client's site, with what it holds."""

    id: int
    code: str
    name: str
    rooms: tuple[str, ...]
    printers: tuple[str, ...]
    floors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody of the client. ``voice`` is how they write; ``weight`` how often they ask."""

    id: int
    first: str
    last: str
    address: str
    department: str
    job: str
    place: Place
    voice: str
    computer: str
    extension: str
    weight: float = 1.0
    english: bool = False
    alerts: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Technician:
    """Somebody of the support."""

    id: int
    first: str
    name: str
    team: str
    trainee: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A team with its members."""

    id: int
    level: int
    members: tuple[Technician, ...]


class Account(NamedTuple):
    """Somebody who can sign in, as the sign-in page lists them."""

    address: str
    name: str
    role: str


@dataclass
class World:
    """Everything that stories name. All its users are known before the first is drawn."""

    users: list[User] = field(default_factory=list)
    teams: dict[str, Queue] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    secretary: int = 0
    supervisor: int = 0
    mailbox: int = 0
    signatures: list[int] = field(default_factory=list)
    captures: list[tuple[int, str]] = field(default_factory=list)

    @cached_property
    def _weights(self) -> list[float]:
        return list(accumulate(user.weight for user in self.users))

    @cached_property
    def _by_place(self) -> dict[int, list[User]]:
        found: dict[int, list[User]] = {}
        for user in self.users:
            found.setdefault(user.place.id, []).append(user)
        return found

    @cached_property
    def _rank(self) -> dict[int, int]:
        return {
            user.id: rank for users in self._by_place.values() for rank, user in enumerate(users)
        }

    def somebody(self, rng: Random) -> User:
        """Draw somebody who asks; who asks often, more often."""
        return rng.choices(self.users, cum_weights=self._weights)[0]

    def colleague(self, rng: Random, user: User) -> User:
        """Draw somebody else of the same place."""
        users = self._by_place[user.place.id]
        chosen = rng.randrange(len(users) - 1)
        return users[chosen + (chosen >= self._rank[user.id])]
