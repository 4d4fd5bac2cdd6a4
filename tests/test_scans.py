"""At a hundred thousand tickets no page reads a table that grows, nor far more than it shows.

Every route of the product is read, with its searches, sorts and next pages, by three readers: one
who may do everything, a user, and a client's manager. ``docs/contribute/tests.md`` says what is
counted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count
from django.test import Client

from compagnon.config.tests import world
from compagnon.config.tests.filled import filled_database
from compagnon.config.tests.scanning import STEPS, Watch
from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import Side
from compagnon.desk.board import By
from compagnon.desk.models import Message, Ticket
from compagnon.desk.narrowing import ORDERS
from compagnon.desk.planner import Span
from compagnon.desk.queries import Queue
from compagnon.desk.services.saved_views import save_view
from compagnon.people.models import Organisation, Person
from compagnon.people.tests import factories

TICKETS = 100_000
# A table that holds more has grown with the tickets.
GROWN = 2_000
# Of the processor's, for one page, at best of three: a busy machine changes nothing.
SECONDS = 0.3
WORDS = ("imprimante", "serveur", "introuvable")
# What lists are asked for beside what their own page links to.
ASKED = (
    *(f"/desk/queue/?queue={queue}" for queue in Queue),
    "/desk/queue/?queue=open&sort=priority",
    "/desk/queue/?queue=mine&sort=due",
    *(f"/desk/queue/?queue=all&sort={order}" for order in (*ORDERS, "-due")),
    "/desk/queue/?queue=all&days=365&sort=due",
    "/desk/queue/?queue=all&state=solved",
    "/desk/queue/?queue=all&q=imprimante",
    "/requests/?show=all",
    *(f"/desk/board/?by={by}&queue={queue}" for by in By for queue in ("open", "mine", "all")),
    *(f"/desk/calendar/?span={span}" for span in Span),
    *(f"/{place}/?q={word}" for place in ("palette", "desk/tickets/pick") for word in ("a", "PC")),
    "/desk/intake/?state=all",
    "/api/v1/tickets?state=closed",
    "/api/v1/tickets?state=open",
    "/api/v1/tickets?ordering=due_at",
)
# Views that stand in the navigation of every page of the desk, counted on each.
COUNTED: tuple[dict[str, Any], ...] = (
    *({"queue": queue} for queue in Queue),
    {"queue": "all", "state": "closed"},
    {"queue": "all", "priority": 2, "team": 1},
    {"queue": "open", "priority": 1},
)
# One client's tickets among everybody's: SQLite, which knows no shares, may walk the newest of all
# until it has found a page of theirs. Some forty milliseconds; PostgreSQL is held to as for all.
WALKING = {"manager": 1_500, "small client": 1_500}
# What a database still goes through, to be mended.
TO_MEND: dict[str, tuple[str, ...]] = {
    "postgresql": (),
    "sqlite": (
        # Joined from persons while these tables are empty.
        "/park/export/loans/csv/",
        "/api/v1/time-entries",
        "/api/v1/approvals",
    ),
}
LINK = re.compile(r'href="(\?[^"]*(?:sort|cursor)=[^"]*)"')


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a browser, and whose objects they look at."""

    name: str
    client: Client
    side: Side


@pytest.mark.django_db(transaction=True)
def test_no_page_scans_what_grows() -> None:
    assert_no_scan()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_no_page_scans_on_the_other_database() -> None:
    """PostgreSQL plans by what it has counted: the same pages are read there, in the long run."""
    if connection.vendor != "sqlite":
        assert_no_scan()


def assert_no_scan() -> None:
    with filled_database(TICKETS):
        watch = Watch(grown())
        assert {"desk_ticket", "desk_message", "core_entry", "contracts_clock"} <= watch.growing
        assert planted(watch) == {"desk_ticket", "core_entry", "desk_message"}
        slow = [
            f"{reader.name} {address}: {seconds:.2f} s"
            for reader in readers()
            for address in addresses(reader.side)
            for seconds in read(watch, reader, address)
            # The reference shows the whole API, whatever the tables hold.
            if not address.startswith("/api/v1/docs")
        ]
        assert watch.queries > 500
        known = TO_MEND[connection.vendor]
        faults = [str(fault) for fault in watch.faults if not fault.page.endswith(known)]
        assert not faults, "\n".join(faults)
        assert not slow, "\n".join(slow)


def grown() -> frozenset[str]:
    """Give the tables that hold many rows."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("compagnon.") and model._default_manager.count() > GROWN
    )


def planted(watch: Watch) -> set[str]:
    """Give the tables of which queries planted for it are seen to read far too much.

    PostgreSQL counts the rows of a table in an index of it: that is work, and no scan of the table.
    """
    queries = {
        "desk_ticket": "SELECT id FROM desk_ticket WHERE affected_item = 'x' LIMIT 1",
        "core_entry": "SELECT e.id FROM core_entry e WHERE e.actor_label = 'x'",
        "desk_message": "SELECT COUNT(*) FROM desk_message",
    }
    return {
        table
        for table, sql in queries.items()
        if any(f"reads {table} " in why or "takes " in why for why in watch.examine(sql))
    }


def readers() -> Iterator[Reader]:
    """Give everybody who reads, each before the objects that they see."""
    small = world.build()
    asked = Ticket.objects.filter(requester__account=None)
    busiest = asked.values("requester").annotate(n=Count("pk")).order_by("-n")
    user = Person.objects.get(pk=busiest[0]["requester"])
    latest = Ticket.objects.filter(requester=user).latest("pk")
    filled = replace(
        small.a,
        organisation=user.organisation,
        person=user,
        tickets=[latest],
        objects=small.a.objects
        | {"ticket": latest, "message": Message.objects.filter(ticket=latest).earliest("pk")},
    )
    root = Organisation.objects.get(pk=int(user.organisation.path.strip("/").split("/")[0]))
    anybody = factories.person(root)
    factories.grant(anybody, world.everything(), root)
    manager = factories.person(user.organisation)
    factories.grant(manager, factories.role(verbs=set(world.everything().verbs)), user.organisation)
    for person in (anybody, manager, user):
        factories.account(person)
    for person in (anybody, manager):
        for number, filters in enumerate(COUNTED):
            save_view(actor=factories.actor(person), name=f"Vue {number}", filters=filters)
    yield Reader("everything", world.browser(anybody), filled)
    yield Reader("user", world.browser(user), filled)
    yield Reader("manager", world.browser(manager), filled)


def addresses(side: Side) -> Iterator[str]:
    """Give every address; a list's with words to search too."""
    yield from ASKED
    for route in routes():
        try:
            found = route.addresses(side)
        except LookupError:  # a route whose objects nobody named yet fails where routes are walked
            continue
        yield from found
        if not route.parameters or route.template.endswith("options/<name>"):
            yield from (f"{address}?q={word}" for address in found for word in WORDS)


def read(watch: Watch, reader: Reader, address: str) -> Iterator[float]:
    """Read a page, and those that its heads and foot lead to; give how long it took, if long."""
    page = f"{reader.name} {address}"
    watch.steps = WALKING.get(reader.name, STEPS)
    fetch: Callable[[str], Any] = reader.client.get
    began = time.process_time()
    answer = watch.look(page, reader.name, lambda: fetch(address))
    if answer.status_code != 200 or answer.streaming:
        return
    if time.process_time() - began > SECONDS:
        seconds = min(timed(fetch, address) for _ in range(3))
        if seconds > SECONDS:
            yield seconds
    if "?" in address:
        return
    text = answer.content.decode("utf-8", "replace")
    for link in dict.fromkeys(map(unescape, LINK.findall(text))):
        watch.look(f"{page}{link}", reader.name, lambda link=link: fetch(f"{address}{link}"))
    if (cursor := re.search(r'"next(?:_cursor)?": ?"([^"]+)"', text)) is not None:
        onward = f"{address}?cursor={cursor[1]}"
        watch.look(f"{page}?cursor=…", reader.name, lambda: fetch(onward))


def timed(fetch: Callable[[str], Any], address: str) -> float:
    """Read an address; give how long it took this process, whatever else the machine does."""
    began = time.process_time()
    fetch(address)
    return time.process_time() - began
