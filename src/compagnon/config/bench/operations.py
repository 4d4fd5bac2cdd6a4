"""What is measured: nine things that a support centre does all day, as requests to the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from django.db.models import QuerySet

from compagnon.desk.models import OPEN_STATES, Category, Ticket
from compagnon.people.models import Person

DRAWN = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """One call to the server, and the status it should be answered with."""

    method: str
    path: str
    body: bytes = b""
    by_token: bool = False
    expected: int = 200


@dataclass(frozen=True, slots=True)
class Material:
    """Keys and words to ask about, drawn from what the database holds."""

    tickets: list[int]
    open_tickets: list[int]
    persons: list[int]
    categories: list[int]
    words: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @classmethod
    def draw(cls, seed: int = 1) -> Material:
        """Draw tickets from all over, people who ask, and words that tickets and people hold."""
        rng = Random(seed)  # noqa: S311
        tickets = _some(rng, Ticket.objects.all())
        open_tickets = _some(rng, Ticket.objects.filter(state__in=OPEN_STATES))
        words: set[str] = set()
        for title in Ticket.objects.filter(pk__in=tickets[:300]).values_list("title", flat=True):
            words.update(word for word in title.split() if len(word) > 3 and word.isalnum())
        persons = _some(rng, Person.objects.filter(requested_tickets__isnull=False).distinct())
        names = Person.objects.filter(pk__in=persons[:300]).values_list("last_name", flat=True)
        return cls(
            tickets=tickets,
            open_tickets=open_tickets,
            persons=persons,
            categories=list(Category.objects.values_list("pk", flat=True)),
            words=sorted(words),
            names=sorted(name for name in set(names) if len(name) > 3),
        )


def _some(rng: Random, rows: QuerySet[Ticket] | QuerySet[Person]) -> list[int]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return rng.sample(keys, min(DRAWN, len(keys)))


Ask = Callable[[Random, Material], Request]


def _create(rng: Random, material: Material) -> Request:
    body = {
        "title": f"Imprimante {rng.randrange(10**6)} hors ligne",
        "text": "Elle affiche « hors ligne » depuis ce matin.\n\nMerci d'avance.",
        "requester_id": rng.choice(material.persons),
        "category_id": rng.choice(material.categories),
        "impact": 3,
        "urgency": rng.randrange(1, 4),
        "channel": "phone",
    }
    return Request("POST", "/api/v1/tickets", json.dumps(body).encode(), by_token=True,
                   expected=201)  # fmt: skip


def _reply(rng: Random, material: Material) -> Request:
    path = f"/api/v1/tickets/{rng.choice(material.open_tickets)}/messages"
    body = {"text": "Bonjour,\n\nJe regarde cela tout de suite.\n\nBonne journée,"}
    return Request("POST", path, json.dumps(body).encode(), by_token=True, expected=201)


def _queue(rng: Random, material: Material) -> Request:
    return Request("GET", "/desk/queue/?queue=open")


def _list(rng: Random, material: Material) -> Request:
    return Request("GET", "/api/v1/tickets?limit=50", by_token=True)


def _search(rng: Random, material: Material) -> Request:
    return Request("GET", f"/desk/queue/?queue=all&q={rng.choice(material.words)}")


def _open(rng: Random, material: Material) -> Request:
    return Request("GET", f"/desk/tickets/{rng.choice(material.tickets)}/")


def _typed(rng: Random, text: str) -> str:
    """Give what a picker is asked of a text while it is typed: two letters or more of it."""
    return quote(text[: rng.randrange(2, len(text) + 1)])


def _pick_ticket(rng: Random, material: Material) -> Request:
    """By its whole number one time in three, by the beginning of a word the others."""
    if rng.randrange(3):
        return Request("GET", f"/desk/tickets/pick/?q={_typed(rng, rng.choice(material.words))}")
    return Request("GET", f"/desk/tickets/pick/?q={rng.choice(material.tickets):06}")


def _pick_person(rng: Random, material: Material) -> Request:
    return Request("GET", f"/people/pick/persons/?q={_typed(rng, rng.choice(material.names))}")


def _palette(rng: Random, material: Material) -> Request:
    return Request("GET", f"/palette/?q={_typed(rng, rng.choice(material.words))}")


OPERATIONS: Mapping[str, Ask] = {
    "create": _create,
    "reply": _reply,
    "queue": _queue,
    "list": _list,
    "search": _search,
    "open": _open,
    "pick-ticket": _pick_ticket,
    "pick-person": _pick_person,
    "palette": _palette,
}
