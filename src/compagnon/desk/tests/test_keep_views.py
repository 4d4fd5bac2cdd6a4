"""Filters of the queue kept by name, for whom, and what waits in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.models import Entry
from compagnon.desk import saved_views
from compagnon.desk.models import Layout, Reach, SavedView, Ticket
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.services import saved_views as services
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system

pytestmark = pytest.mark.django_db


def kept(who: Any, name: str = "Urgents", **values: Any) -> SavedView:
    values = {"filters": {"queue": "open", "priority": 1}} | values
    return services.save_view(actor=actor(who), name=name, **values)


def counted(who: Any, *views: SavedView) -> list[str]:
    found = saved_views.counts(actor(who), views)
    return [str(found[view.pk]) if view.pk in found else "" for view in views]


def test_what_is_kept_is_read_again_and_told_in_the_journal(cast: Cast) -> None:
    view = kept(cast.technician, "  À   rappeler ", filters={"queue": "mine", "q": "Dupont x"})
    assert (view.name, view.filters) == ("À rappeler", {"queue": "mine", "q": "Dupont x"})
    entry = Entry.objects.get(verb="view.save")
    assert "Dupont" not in json.dumps(entry.after)
    changed = services.change_view(
        actor=actor(cast.technician), view_id=view.pk, layout=Layout.BOARD, expected_version=1
    )
    assert (changed.layout, changed.name, changed.version) == ("board", "À rappeler", 2)
    with pytest.raises(Stale):
        services.change_view(
            actor=actor(cast.technician), view_id=view.pk, name="x", expected_version=1
        )
    services.remove_view(actor=actor(cast.technician), view_id=view.pk)
    assert not SavedView.objects.exists()


def test_what_is_not_known_narrows_nothing() -> None:
    read = Narrowing.read(
        {"queue": "x", "state": "y", "priority": "9", "team": "-1", "sort": "z", "q": "\x00 a "}
    )
    assert read == Narrowing(q="a")
    assert Narrowing.read(read.kept()) == read
    assert Narrowing().kept() == {}


def test_refusals(cast: Cast) -> None:
    kept(cast.technician)
    with pytest.raises(Conflict):
        kept(cast.technician)
    with pytest.raises(Invalid):
        kept(cast.technician, " ")
    with pytest.raises(Invalid):
        kept(cast.technician, "a", reach=Reach.TEAM)
    with pytest.raises(Refused):
        kept(cast.technician, "b", reach=Reach.TEAM, team=cast.level_2)
    with pytest.raises(Refused):
        kept(cast.technician, "c", reach=Reach.ORGANISATION, organisation=cast.provider)
    with pytest.raises(Refused):
        kept(cast.user, "d")
    with pytest.raises(Refused):
        services.save_view(actor=system(), name="e", filters={})


def test_who_finds_it(cast: Cast) -> None:
    own = kept(cast.technician)
    team = kept(cast.technician, "Équipe", reach=Reach.TEAM, team=cast.level_1)
    everybody = kept(cast.supervisor, "Tous", reach=Reach.ORGANISATION, organisation=cast.provider)
    assert set(saved_views.views(actor(cast.technician))) == {own, team, everybody}
    assert set(saved_views.views(actor(cast.expert))) == {everybody}
    assert set(saved_views.views(actor(cast.user))) == set()
    with pytest.raises(NotFound):
        services.change_view(actor=actor(cast.expert), view_id=own.pk, name="x")
    with pytest.raises(Refused):
        services.remove_view(actor=actor(cast.expert), view_id=everybody.pk)
    # Who configures the desk keeps order among what is shared.
    services.remove_view(actor=actor(cast.supervisor), view_id=everybody.pk)


def test_counts_are_each_readers_own_and_end_at_ninety_nine(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(4):
        factories.ticket(cast.user, team=cast.level_1)
    factories.ticket(cast.outsider)
    everything = kept(cast.technician, "Tout", filters={"queue": "all"})
    team = kept(cast.technician, "Équipe", filters={"queue": "team"})
    words = kept(cast.technician, "Mots", filters={"q": "imprimante"})
    assert counted(cast.technician, everything, team, words) == ["5", "4", ""]
    # The same view shows a client's user their own, and no other.
    assert counted(cast.outsider, everything) == ["1"]
    with CaptureQueriesContext(connection) as queries:
        saved_views.counts(actor(cast.technician), [everything, team] * 5)
    (asked,) = (one["sql"] for one in queries.captured_queries if "COUNT" in one["sql"])
    # Each view's tickets are looked at once, in the order of an index, and joined to nothing.
    assert asked.count('FROM "desk_ticket"') == asked.count(f"LIMIT {saved_views.LOOKED_AT}") == 10
    monkeypatch.setattr(saved_views, "COUNTED", 3)
    assert counted(cast.technician, everything) == ["2+"]
    monkeypatch.setattr(saved_views, "COUNTED", 100)
    monkeypatch.setattr(saved_views, "LOOKED_AT", 2)
    assert counted(cast.technician, everything) == ["2+"]


def test_pages(cast: Cast, client: Client) -> None:
    urgent = factories.ticket(cast.user, title="Serveur en panne")
    factories.ticket(cast.user, title="Souris lente")
    Ticket.objects.filter(pk=urgent.pk).update(priority=1)
    client.force_login(cast.technician.account)
    page = client.get("/desk/views/new/?priority=1&layout=board").content.decode()
    assert 'value="priority=1"' in page
    sent = {"name": "Graves", "reach": "me", "layout": "list", "filters": "priority=1",
            "is_pinned": "on"}  # fmt: skip
    answer = client.post("/desk/views/new/", sent)
    view = SavedView.objects.get()
    assert answer["Location"] == f"/desk/queue/?view={view.pk}"
    shown = client.get(answer["Location"]).content.decode()
    assert "Serveur en panne" in shown
    assert "Souris lente" not in shown
    # In the navigation, with its count, marked as the one that is open.
    assert f'href="/desk/queue/?view={view.pk}" aria-current="page"' in shown
    assert client.post("/desk/views/new/", sent).status_code == 409
    assert client.post("/desk/views/new/", sent | {"name": ""}).status_code == 422
    listed = client.get("/desk/views/").content.decode()
    assert "Graves" in listed
    changed = client.post(
        f"/desk/views/{view.pk}/", sent | {"name": "Très graves", "version": view.version}
    )
    assert changed.status_code == 302
    assert client.post(f"/desk/views/{view.pk}/delete/").status_code == 302
    assert client.get(f"/desk/queue/?view={view.pk}").status_code == 404
    assert client.get("/desk/queue/?view=x").status_code == 404


def test_api(cast: Cast, client: Client) -> None:
    client.force_login(cast.technician.account)

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return client.generic(
            method, f"/api/v1{path}", json.dumps(body) if body is not None else "",
            content_type="application/json", headers=headers,
        )  # fmt: skip

    made = ask("POST", "/saved-views", {"name": "Équipe", "reach": "team",
               "team_id": cast.level_1.pk, "filters": {"queue": "team"}})  # fmt: skip
    assert made.status_code == 201, made.content
    view = made.json()
    assert view["filters"] == {"queue": "team"}
    assert ask("GET", f"/saved-views/{view['id']}").json()["name"] == "Équipe"
    counts = ask("GET", "/saved-view-counts").json()["items"]
    assert counts == [{"id": view["id"], "count": 0, "at_least": False}]
    changed = ask("PATCH", f"/saved-views/{view['id']}", {"name": "Nous"})
    assert changed.json()["name"] == "Nous"
    assert ask("POST", "/saved-views", {"name": "x", "filters": {"sort": "y"}}).status_code == 422
    client.force_login(cast.expert.account)
    assert ask("GET", f"/saved-views/{view['id']}").status_code == 404
    assert ask("DELETE", f"/saved-views/{view['id']}").status_code == 404
