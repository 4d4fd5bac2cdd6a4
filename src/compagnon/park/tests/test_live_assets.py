"""States, movements, hand-overs with a signature."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.park import lifecycle
from compagnon.park.errors import IllegalMove, Sealed
from compagnon.park.models import Asset, AssetState, CustodySheet, Movement
from compagnon.park.services import assets, custody, life
from compagnon.park.tests import factories
from compagnon.people.tests.factories import Cast, actor, system

PNG = b"\x89PNG\r\n\x1a\n" + bytes.fromhex(
    "0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360606000"
    "0000040001f61738550000000049454e44ae426082"
)


def test_a_life_goes_one_way_at_its_end() -> None:
    assert lifecycle.may_follow("ordered", "stock")
    assert lifecycle.may_follow("repair", "use")
    assert not lifecycle.may_follow("use", "ordered")
    assert not lifecycle.may_follow("use", "disposed")
    assert lifecycle.choices("disposed") == []
    assert all(lifecycle.may_follow(state, state) for state in AssetState.values)


@pytest.mark.django_db
def test_a_move_is_kept_and_told(people: Cast) -> None:
    row = factories.asset(people.client_a, state="stock")
    place = factories.stock_place(people.client_a)
    moved = life.move(
        actor=system(), asset_id=row.pk, values={"state": "repair", "place": place}, reason="écran"
    )
    assert moved.state == "repair"
    kept = Movement.objects.get(asset=row)
    assert (kept.state, kept.place, kept.reason) == ("repair", place, "écran")
    assert Entry.objects.get(verb="asset.move").after == {"state": "repair", "place": place.pk}
    with pytest.raises(IllegalMove):
        life.move(actor=system(), asset_id=row.pk, values={"state": "disposed"})
    with pytest.raises(IllegalMove):
        assets.change(actor=system(), asset=row, values={"state": "ordered"})
    other = factories.stock_place(people.client_b)
    with pytest.raises(Invalid):
        life.move(actor=system(), asset_id=row.pk, values={"place": other})


@pytest.mark.django_db
def test_a_change_by_hand_leaves_a_movement(people: Cast) -> None:
    row = factories.asset(people.client_a, state="stock")
    assets.change(actor=system(), asset=row, values={"state": "use", "model": "X"})
    row.refresh_from_db()
    assert Movement.objects.filter(asset=row, state="use").count() == 1
    assert row.in_service_on is not None
    assets.change(actor=system(), asset=row, values={"model": "Y"})
    assert Movement.objects.filter(asset=row).count() == 1


@pytest.mark.django_db
def test_a_hand_over_is_signed_sealed_and_moves_the_asset(people: Cast) -> None:
    row = factories.asset(people.client_a, state="stock", serial="S-1")
    sheet = custody.prepare(
        actor=system(), asset_id=row.pk, kind="hand_over", person=people.user,
        accessories="chargeur",
    )  # fmt: skip
    row.refresh_from_db()
    assert row.state == "stock"
    with pytest.raises(Conflict):
        custody.prepare(actor=system(), asset_id=row.pk, kind="return")
    with pytest.raises(Invalid):
        custody.sign(actor=system(), sheet_id=sheet.pk, name=" ")
    with pytest.raises(Invalid):
        custody.sign(actor=system(), sheet_id=sheet.pk, name="A", signature=b"GIF89a")
    signed = custody.sign(actor=actor(people.user), sheet_id=sheet.pk, name="Zoé", signature=PNG)
    row.refresh_from_db()
    assert (row.state, row.person) == ("use", people.user)
    kept = CustodySheet.objects.select_related(*custody.RELATED).get(pk=sheet.pk)
    assert len(signed.digest) == 64
    assert custody.digest_of(kept) == kept.digest
    # What is renamed later changes neither the seal nor what the sheet shows.
    Asset.objects.filter(pk=row.pk).update(name="renommé", serial="S-2", model="Autre")
    kept = CustodySheet.objects.select_related(*custody.RELATED).get(pk=sheet.pk)
    assert custody.seal_holds(kept)
    assert custody.names_of(kept)["serial"] == "S-1"
    client = Client()
    client.force_login(people.user.account)
    page = client.get(f"/park/sheets/{sheet.pk}/").content.decode()
    assert f"/park/sheets/{sheet.pk}/signature/" in page
    assert client.get(f"/park/sheets/{sheet.pk}/signature/").headers["Content-Type"] == "image/png"
    client.force_login(people.outsider.account)
    assert client.get(f"/park/sheets/{sheet.pk}/signature/").status_code == 404
    kept.accessories = "rien"
    assert not custody.seal_holds(kept)
    with pytest.raises(Sealed):
        custody.sign(actor=system(), sheet_id=sheet.pk, name="Autre")
    back = custody.prepare(
        actor=system(), asset_id=row.pk, kind="return",
        place=factories.stock_place(people.client_a, "Réserve"),
    )  # fmt: skip
    custody.sign(actor=system(), sheet_id=back.pk, name="Zoé")
    row.refresh_from_db()
    assert (row.state, row.person, str(row.place)) == ("stock", None, "Réserve")


@pytest.mark.django_db
def test_who_may_not_hand_over_is_refused(people: Cast) -> None:
    row = factories.asset(people.client_a, state="stock", person=people.user)
    me = actor(people.user)
    with pytest.raises(Refused):
        custody.prepare(actor=me, asset_id=row.pk, kind="hand_over", person=people.user)
    with pytest.raises(Refused):
        life.move(actor=me, asset_id=row.pk, values={"state": "use"})
    with pytest.raises(NotFound):
        life.move(actor=actor(people.outsider), asset_id=row.pk, values={"state": "use"})
    sheet = custody.prepare(
        actor=system(), asset_id=row.pk, kind="hand_over", person=people.technician
    )
    with pytest.raises(Refused):
        custody.sign(actor=me, sheet_id=sheet.pk, name="Moi")
    with pytest.raises(Refused):
        custody.cancel(actor=me, sheet_id=sheet.pk)
    custody.cancel(actor=system(), sheet_id=sheet.pk)
    with pytest.raises(Sealed):
        custody.sign(actor=system(), sheet_id=sheet.pk, name="Moi")


@pytest.mark.django_db
def test_the_pages_hand_over_to_a_signature_and_a_pdf(people: Cast) -> None:
    row = factories.asset(people.client_a, "portable-9", state="stock", inventory_number="INV-9")
    client = Client()
    client.force_login(people.administrator.account)
    made = client.post(
        f"/park/assets/{row.pk}/sheets/",
        {"kind": "hand_over", "person": people.user.pk, "accessories": "souris"},
    )
    sheet = CustodySheet.objects.get()
    assert made["Location"] == f"/park/sheets/{sheet.pk}/"
    assert client.get(made["Location"]).status_code == 200
    picture = "data:image/png;base64," + base64.b64encode(PNG).decode()
    client.post(f"/park/sheets/{sheet.pk}/sign/", {"name": "Zoé", "signature": picture})
    pdf = client.get(f"/park/sheets/{sheet.pk}/sheet.pdf").content
    sheet.refresh_from_db()
    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "INV-9" in text
    assert "Zoé" in text
    assert sheet.digest[:20] in text.replace("\n", "")
    page = client.get(f"/park/assets/{row.pk}/life/").content.decode()
    assert "portable-9" in page
    assert client.post(f"/park/assets/{row.pk}/move/", {"move-state": "repair"}).status_code == 302
