"""Nobody learns of another organisation's things: every model, every route, proven by a leak."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from compagnon.config.tests import walking, world
from compagnon.config.tests.walking import Route, leaks, routes, text_of, unsafe_calls
from compagnon.config.tests.world import World
from compagnon.core import visibility
from compagnon.core.models import Entry
from compagnon.people.models import Site
from compagnon.people.tests import factories

# Models that nobody reads through a page, and why.
WITHOUT_RULE: Mapping[str, str] = {}


def ours() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("compagnon.")
    ]


def test_every_model_has_a_rule() -> None:
    missing = {model._meta.label for model in ours() if not visibility.has_rule(model)}
    assert missing == set(WITHOUT_RULE), "declare a rule in the room's visibility.py"


def test_a_rule_shows_nothing_to_nobody(everything: World) -> None:
    from compagnon.core.actor import Actor

    assert everything.a.tickets
    shown = [
        model._meta.label
        for model in ours()
        if visibility.has_rule(model) and visibility.visible(model, Actor.anonymous()).exists()
    ]
    assert shown == []


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world of all these tests, made once; each puts back what it changed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture
def everything(standing: World, db: None) -> World:
    return deepcopy(standing)


def test_every_parameter_of_every_route_is_known(everything: World) -> None:
    unknown = set()
    for key in {key for route in routes() for key in route.places()}:
        try:
            walking.named(key, everything.a)
        except LookupError as error:
            unknown.add(str(error))
    assert unknown == set()


def test_what_is_left_out_exists() -> None:
    """So that a reason does not outlive its route."""
    known = set(walking._walk(walking.get_resolver(), ""))
    for start in (*walking.LEFT_OUT, *walking.SHARED):
        assert any(template.startswith(start) for template in known), start
    stale = {
        key for key in world.PARAMETERS if not any(key in Route(one).places() for one in known)
    }
    assert stale == set()


@pytest.mark.parametrize("who", ["manager", "person", "follower"])
def test_nobody_of_another_client_learns_anything(everything: World, who: str) -> None:
    """Neither who may do everything at client B, nor its plain user, nor its representative."""
    client = world.browser(getattr(everything.b, who))
    assert leaks(client, everything) == []


def test_the_walk_reads_what_it_should(everything: World) -> None:
    """The same routes answer 200 for client B's own things: the walk does not knock at walls."""
    client = world.browser(everything.b.manager)
    answered = 0
    refused: list[str] = []
    for route in routes():
        for address in route.addresses(everything.b):
            status = client.get(address).status_code
            if status == 200:
                answered += 1
            elif status not in {302, 405}:
                refused.append(f"{status} {address}")
    assert answered > 100, refused
    assert [line for line in refused if line.startswith("5")] == []


def test_nobody_of_another_client_changes_anything(everything: World) -> None:
    last = Entry.objects.latest("id").pk
    client = world.browser(everything.b.manager)
    for method, address, answer in unsafe_calls(client, everything):
        told = f"{method} {address}: {answer.status_code}"
        assert answer.status_code in {302, 400, 401, 403, 404, 405, 409, 415, 422}, told
        assert world.MARK.lower() not in text_of(answer).lower(), told
    own = everything.a.organisation.pk
    assert not Entry.objects.filter(id__gt=last, organisation_id=own).exists()


# What changes from one reading of a page to the next, whatever the data.
CHANGING = (
    r'name="csrfmiddlewaretoken" value="\w+"',
    r'name="csrf-token" content="\w+"',
    r'name="key" value="[0-9a-f-]{36}"',
    r"(?s)<time.*?</time>",
    r"\b\d{1,2}:\d{2}(?::\d{2})?\b",
    r"(?m)^(?:Set-Cookie|X-Request-ID|Date|RateLimit-\w+|ETag|Content-Length): .*$",
)


def still(text: str) -> str:
    for pattern in CHANGING:
        text = re.sub(pattern, "", text)
    return text


@pytest.mark.parametrize("who", ["manager", "person", "follower"])
def test_no_count_nor_figure_tells_of_others(everything: World, who: str) -> None:
    """Every page without a parameter is the same, to the letter, when client A has more."""
    client = world.browser(getattr(everything.b, who))

    def read(names: Iterable[str]) -> dict[str, str]:
        return {name: still(text_of(client.get(f"/{name}"))) for name in names}

    names = [route.template for route in routes() if not route.parameters]
    read(names)  # the first reading sets cookies and shows messages
    before = read(names)
    for _time in range(3):
        world.furnish(everything.a)
    after = read(names)
    changed = [name for name in before if before[name] != after[name]]
    assert read(changed) == read(changed), "a page changes by itself: add what changes to CHANGING"
    assert changed == []


# -- the public side only -----------------------------------------------------------------------
def told_secrets(everything: World) -> list[str]:
    """Read every route of client A as its own representative: which tell what support keeps."""
    client = world.browser(everything.a.follower)
    found = []
    for route in routes():
        for address in route.addresses(everything.a):
            answer = client.get(address)
            if world.SECRET.lower() in text_of(answer).lower():
                found.append(route.template)
    return found


def test_who_follows_requests_sees_the_public_side_only(everything: World) -> None:
    client, ticket = world.browser(everything.a.follower), everything.a.tickets[0]
    assert told_secrets(everything) == []
    for page in ("requests/followed/", "api/v1/tickets", f"desk/tickets/{ticket.pk}/"):
        assert ticket.title in text_of(client.get(f"/{page}")), page
    hidden = everything.a.objects
    for address in (
        f"/desk/messages/{hidden['hidden_message'].pk}/",
        f"/desk/attachments/{hidden['hidden_file'].pk}/",
        f"/api/v1/attachments/{hidden['hidden_file'].pk}/content",
        f"/api/v1/work-tasks/{hidden['task'].pk}",
        f"/api/v1/sheets/{hidden['sheet'].pk}",
    ):
        assert client.get(address).status_code == 404, address
    for query in (f"?q={world.SECRET}", f"?show=all&q={world.SECRET}"):
        shown = client.get(f"/requests/followed/{query}").context["tickets"]
        assert shown == []
        assert client.get(f"/api/v1/tickets?q={world.SECRET}").json()["items"] == []


def test_a_leaking_note_is_seen(everything: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from compagnon.desk.models import Message

    see_through(monkeypatch, Message)
    assert {"desk/tickets/<ticket_id>/", "api/v1/tickets/<ticket_id>/messages"} <= set(
        told_secrets(everything)
    )


# -- the walk sees a leak -----------------------------------------------------------------------
def see_through(monkeypatch: pytest.MonkeyPatch, *models: Any) -> None:
    for model in models:
        monkeypatch.setitem(visibility._RULES, model, lambda _scope, rows: rows)


def test_a_leak_of_sites_is_seen_everywhere(
    everything: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_through(monkeypatch, Site)
    reader = world.browser(everything.b.manager)
    found = {leak.route for leak in leaks(reader, everything, under=("people/sites/",))}
    assert {"people/sites/", "people/sites/export.csv", "people/sites/<pk>/"} <= found


def test_a_leak_of_tickets_is_seen_on_pages_and_by_the_api(
    everything: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compagnon.desk.models import Ticket

    see_through(monkeypatch, Ticket)
    reader, under = world.browser(everything.b.manager), ("api/v1/tickets", "desk/tickets/")
    found = {leak.route for leak in leaks(reader, everything, under=under)}
    assert {"api/v1/tickets", "api/v1/tickets/<ticket_id>", "desk/tickets/<ticket_id>/"} <= found


def test_a_leaking_count_is_seen(everything: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that names nothing but counts what it should not."""
    see_through(monkeypatch, Site)
    client = world.browser(everything.b.manager)
    before = still(text_of(client.get("/people/sites/?q=zzz")))
    assert before == still(text_of(client.get("/people/sites/?q=zzz")))
    listed = still(text_of(client.get("/people/sites/")))
    factories.site(everything.a.organisation)
    assert listed != still(text_of(client.get("/people/sites/")))
