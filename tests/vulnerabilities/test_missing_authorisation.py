"""Beside the first verb of a thing there are others: link, export, plan, merge, search, download.

Request Tracker told of transactions in searches to who could not read them (CVE-2023-41260). Here
each route, of pages and API, is tried by nobody, by a plain user, and by somebody who may only see;
``tests/test_visibility.py`` tries them by somebody of another client who may do everything there.
"""

from __future__ import annotations

from django.test import Client

from compagnon.config.tests import world as worlds
from compagnon.config.tests.walking import routes, text_of, unsafe_calls
from compagnon.config.tests.world import MARK, SECRET, World
from compagnon.core.models import Entry
from compagnon.core.verbs import all_verbs
from compagnon.people.tests import factories

# What anybody may read without signing in.
OPEN = (
    "", "account/", "answer/", "sign/", "healthz", "readyz", "metrics", "static/", "demo/",
    "titles/verify", "titles/status", "titles/offline", "titles/issuer", "titles/keys", "inventory",
    "favicon", "robots", "language", "manifest", "service-worker", "offline", "ui/",
    "portal/offline", "portal/man", "portal/worker", "alerts/",
)  # fmt: skip
EXPORTS = ("export", "csv", "ics", "xlsx", "pdf", "download", "archive", "raw")


def test_nobody_reads_anything_unsigned(world: World) -> None:
    stranger = Client(raise_request_exception=False)
    open_to_all: list[str] = []
    for route in routes():
        for address in route.tried(world.a):
            answer = stranger.get(address)
            assert MARK.lower() not in text_of(answer).lower(), address
            if answer.status_code == 200 and not route.template.startswith(OPEN[1:]):
                open_to_all.append(route.template)
    assert sorted(set(open_to_all) - {""} - KNOWN_OPEN) == []


# Descriptions and keys that anybody may have.
KNOWN_OPEN = {"titles/trust.pem", "api/v1/openapi.json", "api/v1/docs"}


def test_exports_give_no_more_than_lists(world: World) -> None:
    """A plain user of client A's own organisation: no note of support, nothing of others."""
    user = worlds.browser(world.a.person)
    tried = 0
    for route in routes():
        if not any(word in route.template for word in EXPORTS):
            continue
        for address in route.tried(world.a):
            tried += 1
            answer = user.get(address)
            assert SECRET.lower() not in text_of(answer).lower(), address
    assert tried > 10


def test_to_see_is_not_to_do(world: World) -> None:
    """Who may see everything, and do nothing, changes nothing, on any route, by any method."""
    watcher = factories.person(world.a.organisation)
    factories.account(watcher)
    seeing = {verb.name for verb in all_verbs() if verb.name.endswith(".view")}
    factories.grant(watcher, factories.role(verbs=seeing), world.a.organisation)
    browser = worlds.browser(watcher)
    last = Entry.objects.latest("id").pk
    for method, address, answer in unsafe_calls(browser, world):
        assert answer.status_code < 500, f"{method} {address}"
    mine = {"self", "draft", "presence", "notice", "session", "timer", "saved_view", "palette"}
    changed = Entry.objects.filter(id__gt=last, actor_id=watcher.pk)
    told = {
        entry.verb for entry in changed
        if entry.object_id != watcher.pk and entry.verb.split(".")[0] not in mine
    }  # fmt: skip
    assert told <= ALLOWED_BY_SEEING, told


# What whoever sees a thing may do with it: no change of it.
ALLOWED_BY_SEEING = {
    "ticket.open", "ticket.request", "request.draft", "person.export", "ticket.watch",
    "ticket.unwatch",
}  # fmt: skip
