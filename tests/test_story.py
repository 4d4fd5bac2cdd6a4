"""The whole story by the API: opened, qualified, worked on by two, solved, accepted, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.contracts.tests import factories as contracts
from compagnon.desk.models import Ticket
from compagnon.desk.tests import factories as desk
from compagnon.people.models import Person, Role
from compagnon.people.services import tokens
from compagnon.people.tests.factories import Cast, actor, grant


class Caller:
    """A program that holds a person's token."""

    def __init__(self, person: Person) -> None:
        allowed = Role.objects.get_or_create(code="api", defaults={"verbs": ["token.manage"]})[0]
        grant(person, allowed, person.organisation)
        _row, raw = tokens.create(
            actor=actor(person),
            account=person.account,
            name="story",
            expires_at=timezone.now() + timedelta(1),
        )
        self.client = Client(headers={"authorization": f"Bearer {raw}"})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"headers": headers}
        if body is not None:
            given |= {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1{path}", **given)


@pytest.fixture
def callers(cast: Cast) -> dict[str, Caller]:
    """One for each of the cast who takes part."""
    return {
        name: Caller(getattr(cast, name)) for name in ("user", "technician", "expert", "outsider")
    }


def test_the_whole_story_by_the_api(cast: Cast, callers: dict[str, Caller]) -> None:
    contract = contracts.contract(cast.client_a, provider=cast.provider)
    contracts.commitment(contract, measure="resolution", target_seconds=8 * 3600)
    category = desk.category("Impression")
    user, technician, expert = callers["user"], callers["technician"], callers["expert"]

    opened = user(
        "post",
        "/tickets",
        {"title": "Imprimante hors ligne", "text": "Depuis ce matin.", "urgency": 1},
        **{"Idempotency-Key": "abc-1"},
    )
    assert opened.status_code == 201, opened.content
    again = user(
        "post",
        "/tickets",
        {"title": "Imprimante hors ligne", "text": "Depuis ce matin.", "urgency": 1},
        **{"Idempotency-Key": "abc-1"},
    )
    assert again.json() == opened.json()
    assert Ticket.objects.count() == 1
    path = opened.headers["Location"].removeprefix("/api/v1")

    assert technician("get", "/tickets?queue=unassigned").json()["items"][0]["title"] == (
        "Imprimante hors ligne"
    )
    read = technician("get", path)
    tag = read.headers["ETag"]
    assert technician("get", path, **{"If-None-Match": tag}).status_code == 304
    taken = technician("post", f"{path}/take", **{"If-Match": tag})
    assert (taken.status_code, taken.json()["state"]) == (200, "open")
    crossing = technician("patch", path, {"impact": 1}, **{"If-Match": tag})
    assert crossing.status_code == 412
    assert crossing.headers["Content-Type"] == "application/problem+json"
    qualified = technician("patch", path, {"category_id": category.pk, "impact": 2})
    assert qualified.json()["priority"] == 2
    assert qualified.json()["due_at"] is not None

    said = technician("post", f"{path}/messages", {"text": "Je regarde."})
    assert said.status_code == 201, said.content
    assert technician("post", f"{path}/notes", {"text": "Pilote ?"}).status_code == 201
    assert [m["text"] for m in user("get", f"{path}/messages").json()["items"]] == [
        "Depuis ce matin.",
        "Je regarde.",
    ]
    handed = technician(
        "post",
        f"{path}/escalations",
        {"to_team_id": cast.level_2.pk, "reason": "Serveur", "tried": "Redémarrage"},
    )
    assert handed.status_code == 201, handed.content
    assert expert("post", f"{path}/take").status_code == 200
    solved = expert("post", f"{path}/solve", {"text": "Pilote du serveur mis à jour."})
    assert solved.json()["state"] == "solved"
    refused = user("post", f"{path}/refuse", {"reason": "Toujours rien."})
    assert refused.json()["state"] == "open"
    assert expert("post", f"{path}/solve", {"text": "Câble remplacé."}).status_code == 200
    assert callers["outsider"]("post", f"{path}/accept").status_code == 404
    closed = user("post", f"{path}/accept")
    assert closed.json()["state"] == "closed"
    assert user("post", f"{path}/accept").status_code == 409

    verbs = [entry["verb"] for entry in technician("get", f"{path}/journal").json()["items"]]
    assert verbs == [
        "ticket.open",
        "ticket.take",
        "ticket.qualify",
        "ticket.reply",
        "ticket.note",
        "ticket.escalate",
        "ticket.take",
        "ticket.solve",
        "ticket.refuse",
        "ticket.solve",
        "ticket.accept",
    ]
    sources = {entry["source"] for entry in technician("get", f"{path}/journal").json()["items"]}
    assert sources == {"api"}
