"""Assets related, redundant, placed in tiers; what falls with them; each refusal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.park.models import Asset, Placement, Relation, RelationKind, Tier, VirtualMachine
from compagnon.park.queries import cards, impact
from compagnon.park.resources_relations import RELATION_KINDS
from compagnon.park.services import relations
from compagnon.park.shipped_relations import ensure
from compagnon.park.tests.factories import asset
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import Cast, grant, person, role, system
from compagnon.people.tests.factories import actor as actor_for


def test_an_administrator_adds_a_kind(people: Cast, client: Client) -> None:
    values = {"code": "powered", "name": "est alimenté par", "inverse": "alimente",
              "effect": "source"}  # fmt: skip
    client.force_login(people.technician.account)
    assert client.post(RELATION_KINDS.url("add"), values).status_code == 403
    client.force_login(people.administrator.account)
    assert client.post(RELATION_KINDS.url("add"), values).status_code == 302
    assert RelationKind.objects.get(code="powered").inverse_words == "alimente"
    assert "relation-kinds" in client.get(RELATION_KINDS.url("list")).content.decode()


def tie(source: Asset, target: Asset, kind: str = "depends-on", **values: Any) -> Relation:
    return relations.tie(
        actor=system(), source_id=source.pk, target_id=target.pk, kind=ensure(kind), **values
    )


def shop(people: Cast) -> dict[str, Asset]:
    """An ERP on three front ends of which two are enough, one database on a host; two desks."""
    here = people.client_a
    names = {
        "erp": "service", "web-1": "virtual-machine", "web-2": "virtual-machine",
        "web-3": "virtual-machine", "base": "database", "host": "server", "pc-1": "laptop",
        "pc-2": "laptop",
    }  # fmt: skip
    made = {name: asset(here, name, type=kind) for name, kind in names.items()}
    fronts = [tie(made["erp"], made[f"web-{number}"]) for number in (1, 2, 3)]
    relations.make_redundant(
        actor=system(),
        asset_id=made["erp"].pk,
        name="Frontaux",
        needs=2,
        relation_ids=[one.pk for one in fronts],
    )
    tie(made["erp"], made["base"])
    tie(made["base"], made["host"], "runs-on")
    tie(made["web-1"], made["host"], "runs-on")
    tie(made["pc-1"], made["erp"], "uses")
    tie(made["pc-2"], made["erp"], "uses")
    Asset.objects.filter(pk=made["pc-1"].pk).update(person=people.user)
    return made


def names(items: Iterable[impact.Item | impact.Place]) -> set[str]:
    rows = Asset.every.filter(pk__in=[one.id for one in items])
    return set(rows.values_list("name", flat=True))


def test_what_falls_with_a_host_and_who_is_touched(people: Cast) -> None:
    made = shop(people)
    actor = actor_for(people.technician)

    answer = impact.falling_with(actor, made["host"])
    assert names(answer.items) == {"base", "web-1", "erp", "pc-1", "pc-2"}
    assert answer.deepest == 3

    one = impact.falling_with(actor, made["web-1"])
    assert names(one.items) == set()
    assert names(one.weakened) == {"erp"}

    touched = cards.affected(actor, made["host"].pk)
    assert [each.pk for each in touched.persons] == [people.user.pk]
    assert touched.persons_count == 1


def test_why_it_is_down(people: Cast) -> None:
    made = shop(people)
    answer = impact.causes_of(actor_for(people.technician), made["pc-1"])
    told = {
        one.name: one.sure for one in impact.items_of(actor_for(people.technician), answer.items)
    }
    assert told == {"erp": True, "base": True, "host": True} | {
        f"web-{number}": False for number in (1, 2, 3)
    }


def test_a_guest_needs_the_host_that_tells_of_it(people: Cast) -> None:
    host, guest = asset(people.client_a, "hyper", type="server"), asset(people.client_a, "vm")
    VirtualMachine.objects.create(asset=host, name="vm", guest=guest)
    assert names(impact.falling_with(actor_for(people.technician), host).items) == {"vm"}
    only = impact.falling_with(actor_for(people.technician), host, ["uses"])
    assert only.items == []


def test_circles_end(people: Cast) -> None:
    one, two = asset(people.client_a, "un"), asset(people.client_a, "deux")
    tie(one, two)
    tie(two, one)
    assert names(impact.falling_with(system(), one).items) == {"deux"}
    assert names(impact.causes_of(system(), one).items) == {"deux"}


def test_a_member_brings_down_what_it_is_a_member_of(people: Cast) -> None:
    node, cluster = asset(people.client_a, "noeud"), asset(people.client_a, "grappe")
    tie(node, cluster, "member-of")
    assert names(impact.falling_with(system(), node).items) == {"grappe"}
    assert impact.falling_with(system(), cluster).items == []


def test_members_that_are_not_seen_stand_and_are_not_named(people: Cast) -> None:
    """Two of the three needed members are another client's: their number counts, no more."""
    mine = asset(people.client_b, "service b")
    fronts = [asset(people.client_b, "front b")]
    fronts += [asset(people.client_a, f"front a {number}") for number in (1, 2)]
    ties = [tie(mine, one) for one in fronts]
    relations.make_redundant(
        actor=system(), asset_id=mine.pk, name="g", needs=1, relation_ids=[one.pk for one in ties]
    )
    reader = person(people.client_b, "Rita", "Bloc")
    grant(reader, role("technician"), people.client_b)
    answer = impact.falling_with(actor_for(reader), fronts[0])
    assert answer.items == []
    assert names(answer.weakened) == {"service b"}
    assert names(impact.causes_of(actor_for(reader), mine).items) == {"front b"}


def test_what_is_refused(people: Cast) -> None:
    one, two = asset(people.client_a), asset(people.client_a)
    kind = ensure("depends-on")
    given: dict[str, Any] = {"source_id": one.pk, "target_id": two.pk, "kind": kind}
    with pytest.raises(NotFound):
        relations.tie(actor=actor_for(people.outsider), **given)
    Asset.objects.filter(pk__in=[one.pk, two.pk]).update(person=people.user)
    with pytest.raises((Refused, NotFound)):
        relations.tie(actor=actor_for(people.user), **given)
    with pytest.raises(Invalid):
        relations.tie(actor=system(), source_id=one.pk, target_id=one.pk, kind=kind)
    made = tie(one, two)
    with pytest.raises(Conflict):
        tie(one, two)
    for needs, chosen in ((1, [made.pk]), (2, [made.pk, made.pk + 1])):
        with pytest.raises(Invalid):
            relations.make_redundant(
                actor=system(), asset_id=one.pk, name="g", needs=needs, relation_ids=chosen
            )
    relations.untie(actor=system(), relation_id=made.pk)
    assert not Relation.objects.exists()
    entries = Entry.objects.filter(verb__startswith="relation.").order_by("id")
    verbs = list(entries.values_list("verb", flat=True))
    assert verbs == ["relation.tie", "relation.untie"]


def test_the_pages(people: Cast, client: Client) -> None:
    made = shop(people)
    client.force_login(people.technician.account)
    page = client.get(reverse("park:asset_detail", args=[made["erp"].pk]))
    assert "Frontaux" in page.content.decode()

    relations.place_in_tier(actor=system(), asset_id=made["base"].pk, tier=Tier.DATABASE)
    assert Placement.objects.get().tier == "database"

    page = client.get(reverse("park:asset_impact", args=[made["host"].pk]))
    text = page.content.decode()
    assert page.status_code == 200
    for name in ("base", "web-1", "erp", "pc-1", "pc-2"):
        assert f">{name}</a>" in text
    drawing = json.loads(page.context["drawing"])
    assert {one["label"] for one in drawing["nodes"]} == {
        "host", "base", "web-1", "erp", "pc-1", "pc-2",
    }  # fmt: skip
    near = client.get(reverse("park:asset_impact", args=[made["host"].pk]), {"depth": "1"})
    assert near.context["count"] == 2
    why = client.get(reverse("park:asset_impact", args=[made["erp"].pk]), {"way": "causes"})
    assert why.context["count"] == 5

    where = reverse("park:relation_tie", args=[made["pc-2"].pk])
    kind = ensure("connected-to")
    sent = {"kind": f"{kind.pk}-out", "other": made["host"].pk}
    assert client.post(where, sent).status_code == 302
    row = Relation.objects.get(kind=kind)
    assert (row.source_id, row.target_id) == (made["pc-2"].pk, made["host"].pk)
    client.post(reverse("park:relation_untie", args=[made["pc-2"].pk, row.pk]))
    assert not Relation.objects.filter(kind=kind).exists()


def grown(organisation: Organisation, items: int, each: int) -> Asset:
    """A park of ``items`` assets, each needing ``each`` earlier ones; gives the first."""
    first = asset(organisation, "socle", type="server")
    kinds = [asset(organisation, type=code).type_id for code in ("laptop", "server", "service")]
    Asset.objects.bulk_create(
        [
            Asset(organisation=organisation, type_id=kinds[at % 3], name=f"element-{at:05}")
            for at in range(items - 4)
        ],
        batch_size=500,
    )
    keys = [
        first.pk,
        *Asset.objects.filter(name__startswith="element-").values_list("pk", flat=True),
    ]
    kind = ensure("depends-on")
    Relation.objects.bulk_create(
        [
            Relation(source_id=keys[at], target_id=keys[(at * 7 + step * 131) % at], kind=kind)
            for at in range(1, len(keys))
            for step in range(each)
            if step == 0 or (at * 7 + step * 131) % at != (at * 7) % at
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    return first


def test_a_large_park_is_answered_in_one_page(
    people: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    """10,000 items, near 30,000 relations: what is asked of the database does not grow."""
    first = grown(people.client_a, 10_000, 3)
    with connection.cursor() as cursor:  # as the server does by itself after so many rows
        cursor.execute("ANALYZE")
    client.force_login(people.technician.account)
    where = reverse("park:asset_impact", args=[first.pk])
    client.get(where)
    spent = []
    for _time in range(3):
        begun = time.process_time()
        with django_assert_max_num_queries(26):
            page = client.get(where)
        spent.append(time.process_time() - begun)
    drawing = json.loads(page.context["drawing"])
    assert drawing["heaped"]
    assert len(drawing["nodes"]) <= 120
    assert page.context["count"] > 9_000
    assert len(page.content) < 300_000
    # The server's part, in processor's seconds: measured 0.08.
    assert min(spent) < 0.5, spent
