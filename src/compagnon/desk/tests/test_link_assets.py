"""A ticket and the machine that it is about; who is touched when it is down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.contracts.models import Clock, ContractKind
from compagnon.contracts.tests import factories as promises
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.desk import services
from compagnon.desk.models import Message, PendingReason, Ticket
from compagnon.park.models import Asset, SupplierContract
from compagnon.park.queries import cards
from compagnon.park.services import relations, supplying
from compagnon.park.shipped_relations import ensure
from compagnon.park.tests.factories import asset, bring, inventory
from compagnon.people.tests.factories import Cast, actor, cast, organisation, system


@pytest.fixture
def people(db: None) -> Cast:
    """The fixed cast."""
    return cast()


def machine(people: Cast) -> Asset:
    """The user's machine, whose software changed after its first inventory."""
    said: dict[str, Any] = {"uuid": "4c4c4544-0031-3010-8057-000000abcdef", "serial": "ABC0001",
                            "mac": "a4:bb:6d:00:00:01"}  # fmt: skip
    first = bring(people.client_a, inventory("pc-user", **said))
    bring(people.client_a, inventory("pc-user", software=[("Firefox", "133.0")], **said))
    assert first.asset is not None
    Asset.objects.filter(pk=first.asset.pk).update(person=people.user)
    return Asset.objects.get(pk=first.asset.pk)


def card(client: Client, made: Ticket) -> str:
    """The machine's card, as the ticket's page asks for it."""
    where = reverse("desk:machine_card", args=[made.pk])
    assert where in client.get(reverse("desk:ticket", args=[made.pk])).content.decode()
    return client.get(where).content.decode()


def ticket(people: Cast, **values: Any) -> Ticket:
    return services.open_ticket(
        actor=actor(people.technician), requester=people.user, title="Ne démarre plus",
        text="Depuis ce matin.", **values,
    )  # fmt: skip


def test_a_machine_is_linked_in_one_gesture(people: Cast, client: Client) -> None:
    row, made = machine(people), ticket(people)
    client.force_login(people.technician.account)
    page = client.get(reverse("desk:ticket", args=[made.pk])).content.decode()
    assert "pc-user" in page

    answer = client.post(reverse("desk:link_asset", args=[made.pk]), {"asset": row.pk})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.asset_id, made.affected_item) == (row.pk, "pc-user")
    entry = Entry.objects.get(verb="ticket.link_asset")
    assert entry.after["asset_id"] == row.pk

    Ticket.objects.filter(pk=made.pk).update(opened_at=timezone.now() + timedelta(seconds=1))
    page = card(client, made)
    assert "Firefox" in page
    assert reverse("park:asset_impact", args=[row.pk]) in page

    client.post(reverse("desk:link_asset", args=[made.pk]))
    made.refresh_from_db()
    assert (made.asset_id, made.affected_item) == (None, "pc-user")


def test_what_changed_before_is_told_and_what_came_after_is_not(people: Cast) -> None:
    row = machine(people)
    now = timezone.now()
    told = cards.card(actor(people.technician), row.pk, now).changes
    assert any("Firefox" in line.subject for one in told for line in one.lines)
    assert cards.card(actor(people.technician), row.pk, now - timedelta(days=1)).changes == []
    assert cards.card(actor(people.technician), row.pk, now + timedelta(days=20)).changes == []


def test_a_ticket_is_opened_from_the_machine(people: Cast, client: Client) -> None:
    row = machine(people)
    client.force_login(people.technician.account)
    page = client.get(reverse("park:asset_detail", args=[row.pk])).content.decode()
    where = reverse("desk:new") + f"?asset={row.pk}&amp;requester={people.user.pk}"
    assert where in page
    form = client.get(where.replace("&amp;", "&")).content.decode()
    assert f'value="{row.pk}"' in form
    sent = {
        "requester": people.user.pk, "asset": row.pk, "title": "Écran noir", "text": "Rien.",
        "channel": "phone", "kind": "incident", "impact": 3, "urgency": 2,
    }  # fmt: skip
    client.post(reverse("desk:new"), sent)
    made = Ticket.objects.get()
    assert made.asset_id == row.pk
    assert "Écran noir" in client.get(
        reverse("park:asset_detail", args=[row.pk])
    ).content.decode()  # fmt: skip


def test_who_asks_finds_their_machines_first(people: Cast, client: Client) -> None:
    asset(people.client_a, "aaa")
    row = machine(people)
    client.force_login(people.technician.account)
    found = client.get(reverse("park:asset_pick"), {"q": "", "near": str(people.user.pk)})
    assert found.context["found"][0].pk == row.pk
    assert [one.pk for one in cards.machines_of(actor(people.technician), people.user)] == [row.pk]
    assert cards.machines_of(actor(people.outsider), people.user) == []


def test_those_touched_are_written_down(people: Cast, client: Client) -> None:
    server = asset(people.client_a, "srv", type="server")
    row = machine(people)
    relations.tie(actor=system(), source_id=row.pk, target_id=server.pk, kind=ensure("uses"))
    made = ticket(people, asset=server)
    client.force_login(people.technician.account)
    page = card(client, made)
    assert reverse("desk:note_affected", args=[made.pk]) in page
    assert reverse("desk:write_affected", args=[made.pk]) in page
    client.post(reverse("desk:note_affected", args=[made.pk]))
    note = Message.objects.filter(ticket=made).order_by("-pk")[0]
    assert not note.is_public
    assert str(people.user) in note.text


def test_what_is_refused(people: Cast) -> None:
    row, made = machine(people), ticket(people)
    foreign = asset(people.client_b)
    by = actor(people.technician)
    with pytest.raises(Invalid):
        services.link_asset(actor=by, ticket_id=made.pk, asset_id=foreign.pk)
    with pytest.raises(NotFound):
        services.link_asset(actor=actor(people.outsider), ticket_id=made.pk, asset_id=row.pk)
    with pytest.raises(Refused):
        services.link_asset(actor=actor(people.user), ticket_id=made.pk, asset_id=row.pk)
    with pytest.raises(Conflict):
        services.note_affected(actor=by, ticket_id=made.pk)
    with pytest.raises(Invalid):
        ticket(people, asset=foreign)


def test_the_contract_that_covers_it_is_on_the_card(people: Cast, client: Client) -> None:
    row, made = machine(people), ticket(people)
    services.link_asset(actor=actor(people.technician), ticket_id=made.pk, asset_id=row.pk)
    today = timezone.localdate()
    kept = {
        name: SupplierContract.objects.create(
            organisation=people.client_a, supplier=people.provider, name=name,
            starts_on=today - timedelta(days=30), **terms,
        )
        for name, terms in (
            ("Entretien des postes", {}), ("Loué jadis", {"ends_on": today - timedelta(days=1)}),
        )
    }  # fmt: skip
    for one in kept.values():
        supplying.cover(actor=system(), contract=one, asset=row)
    client.force_login(people.technician.account)
    page = card(client, made)
    assert "Entretien des postes" in page
    assert "Loué jadis" not in page
    told = client.get(f"/api/v1/tickets/{made.pk}/asset").json()["contracts"]
    assert [one["name"] for one in told] == ["Entretien des postes"]
    client.force_login(people.user.account)
    assert client.get(reverse("desk:machine_card", args=[made.pk])).status_code == 404


@pytest.mark.parametrize("covered", ["Imprimantes", "Postes"])
def test_the_wait_counts_what_the_supplier_of_the_machine_promised(
    people: Cast, covered: str
) -> None:
    suppliers = {
        name: promises.contract(
            client=people.client_a, provider=organisation(f"Fournisseur {name}"),
            kind=ContractKind.UNDERPINNING, name=name, targets={"resolution": hours * 3600},
        )
        for name, hours in (("Imprimantes", 4), ("Postes", 16))
    }  # fmt: skip
    row, made = machine(people), ticket(people)
    services.link_asset(actor=actor(people.technician), ticket_id=made.pk, asset_id=row.pk)
    kept = SupplierContract.objects.create(
        organisation=people.client_a, supplier=suppliers[covered].provider, name=covered,
        starts_on=timezone.localdate(), service_contract=suppliers[covered],
    )  # fmt: skip
    supplying.cover(actor=system(), contract=kept, asset=row)
    services.pend(actor=actor(people.technician), ticket_id=made.pk, reason=PendingReason.SUPPLIER)
    clock = Clock.objects.get(kind=ContractKind.UNDERPINNING)
    assert clock.contract_id == suppliers[covered].pk
