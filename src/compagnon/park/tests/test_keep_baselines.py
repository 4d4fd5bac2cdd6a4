"""A baseline taken, what drifted from it, and its acceptance."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.park.models import Asset, Baseline
from compagnon.park.queries import baselines as queries
from compagnon.park.services import baselines
from compagnon.park.tests.factories import asset, bring, inventory
from compagnon.people.tests.factories import Cast, actor, system

SAID: dict[str, Any] = {
    "uuid": "4c4c4544-0031-3010-8057-00000000beef",
    "serial": "BASE001",
    "mac": "a4:bb:6d:00:be:ef",
}


def machine(people: Cast) -> Asset:
    brought = bring(people.client_a, inventory("caisse-1", **SAID)).asset
    assert brought is not None
    return brought


def test_what_drifts_is_told_and_accepted(people: Cast, client: Client) -> None:
    row = machine(people)
    client.force_login(people.technician.account)
    sent = {"organisation": people.client_a.pk, "name": "Caisses", "named": "caisse", "note": ""}
    assert client.post(reverse("park:baselines"), sent).status_code == 302
    baseline = Baseline.objects.get()
    by = actor(people.technician)
    ((_machine, drifts),) = queries.drifts(by, baseline)
    assert drifts == []

    bring(people.client_a, inventory("caisse-1", software=[("Firefox", "133.0")], **SAID))
    ((_machine, drifts),) = queries.drifts(by, baseline)
    assert {(one.name, one.before, one.after) for one in drifts} == {
        ("Mozilla Firefox", "115.0", "133.0"),
        ("LibreOffice", "7.4", ""),
    }
    where = reverse("park:baseline", args=[baseline.pk])
    assert "133.0" in client.get(where).content.decode()

    client.post(reverse("park:baseline_accept", args=[baseline.pk, row.pk]))
    ((_machine, drifts),) = queries.drifts(by, baseline)
    assert drifts == []
    entry = Entry.objects.get(verb="baseline.accept")
    assert entry.after == {"asset_id": row.pk, "differences": 2}

    client.post(reverse("park:baseline_remove", args=[baseline.pk]))
    assert not Baseline.objects.exists()


def test_what_is_refused(people: Cast) -> None:
    row, bare = machine(people), asset(people.client_a)
    given: dict[str, Any] = {"organisation": people.client_a, "name": "B"}
    with pytest.raises(Refused):
        baselines.take(actor=actor(people.outsider), asset_ids=[row.pk], **given)
    for keys in ([], [bare.pk], [row.pk, bare.pk]):
        with pytest.raises(Invalid):
            baselines.take(actor=system(), asset_ids=keys, **given)
    with pytest.raises(Invalid):
        baselines.take(actor=system(), organisation=people.client_b, name="B", asset_ids=[row.pk])
    made = baselines.take(actor=system(), asset_ids=[row.pk], **given)
    with pytest.raises(NotFound):
        baselines.accept(actor=actor(people.outsider), baseline_id=made.pk, asset_id=row.pk)
