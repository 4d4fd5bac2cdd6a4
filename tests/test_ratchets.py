"""Queries a page and a verb may run, held in a file; ``test_scans`` looks at what they read.

``COMPAGNON_RATCHET_WRITE=1`` writes the file anew: the difference is then for somebody to approve.
A count that falls is to be written too, so that it does not rise again unseen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compagnon.config.tests import world
from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World
from compagnon.core.actor import Actor
from compagnon.desk import services
from compagnon.desk.models import Impact, PendingReason
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor

FILE = Path(__file__).parent / "ratchets/queries.json"
WRITE = bool(os.environ.get("COMPAGNON_RATCHET_WRITE"))


@pytest.fixture
def ratchet(pytestconfig: pytest.Config) -> Iterator[dict[str, dict[str, int]]]:
    """The file's counts; what a test writes in them is kept when it is to be written anew."""
    held: dict[str, dict[str, int]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    yield held
    if WRITE:
        kept = {part: dict(sorted(counts.items())) for part, counts in sorted(held.items())}
        FILE.write_text(json.dumps(kept, indent=1) + "\n")


def compare(held: dict[str, dict[str, int]], part: str, counted: dict[str, int]) -> None:
    """Hold what was counted against the file."""
    if WRITE:
        held[part] = counted
        return
    known = held.get(part, {})
    faults = [
        f"{name}: {count} queries, the ratchet holds {known.get(name, 'none')}"
        for name, count in counted.items()
        if name not in known
        or count > known[name]
        # The databases differ by a savepoint here and there: only one of them lowers the counts.
        or (count < known[name] and connection.vendor == "sqlite")
    ]
    assert not faults, "\n".join(faults)


def counted(run: Callable[[], Any]) -> tuple[int, list[str]]:
    """Run and give how many queries it made, and their texts."""
    with CaptureQueriesContext(connection) as queries:
        run()
    texts = [query["sql"] for query in queries.captured_queries]
    read = [text for text in texts if not text.startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    return len(read), read


def test_pages_keep_to_their_queries(db: None, ratchet: dict[str, dict[str, int]]) -> None:
    everything: World = world.build()
    client = world.browser(everything.administrator)
    found: dict[str, int] = {}
    for route in routes():
        addresses = route.addresses(everything.a)
        if not addresses:  # a table without relations has no options to search
            continue
        address = addresses[0]
        # The first call fills what a process keeps: the terms of contracts, content types.
        if client.get(address).status_code != 200:
            continue
        found[route.template or "/"] = counted(lambda address=address: client.get(address))[0]
    assert len(found) > 80
    compare(ratchet, "pages", found)


def test_verbs_keep_to_their_queries(cast: Cast, ratchet: dict[str, dict[str, int]]) -> None:
    technician, expert = actor(cast.technician), actor(cast.expert)
    user = actor(cast.user)
    category = factories.category("Réseau")
    factories.ticket(cast.user)  # fills what a process keeps
    ticket = factories.ticket(cast.user)
    key: dict[str, Any] = {"ticket_id": ticket.pk}
    found: dict[str, int] = {}

    def count(name: str, run: Callable[..., Any], by: Actor = technician, **values: Any) -> Any:
        made: list[Any] = []
        found[name], _texts = counted(lambda: made.append(run(actor=by, **values)))
        return made[0]

    count(
        "open_ticket",
        services.open_ticket,
        user,
        requester=cast.user,
        title="Écran",
        text="Noir depuis ce matin.",
    )
    count("take", services.take, **key)
    count("qualify", services.qualify, **key, category=category, impact=Impact.HIGH)
    count("reply", services.reply, **key, text="Je regarde.")
    count("note", services.add_note, **key, text="Câble ?")
    count("hear", services.reply, user, **key, text="Voici la photo.")
    count("pend", services.pend, **key, reason=PendingReason.USER)
    count("resume", services.resume, **key)
    count("assign", services.assign, **key, team=cast.level_1, assignee=cast.technician)
    task = count("plan_task", services.plan_task, **key, title="Passer")
    count("complete_task", services.complete_task, task_id=task.pk, spent_seconds=60)
    count("escalate", services.escalate, **key, to_team=cast.level_2, reason="x", tried="y")
    count("solve", services.propose_solution, expert, **key, text="Fait.")
    count("refuse", services.refuse_solution, user, **key, reason="Non.")
    services.propose_solution(actor=expert, text="Refait.", **key)
    count("accept", services.accept_solution, user, **key)
    count("reopen", services.reopen, user, **key, reason="Encore.")
    count("cancel", services.cancel, **key, reason="Doublon")
    compare(ratchet, "verbs", found)
