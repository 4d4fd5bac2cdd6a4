"""Persons and suppliers are found while typing, in requests and in quotes; never listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.contracts.models import RequestType
from compagnon.contracts.services import request_forms
from compagnon.contracts.tests import factories as contracts
from compagnon.desk.models import Quote, RequestAnswers, RequestDraft, Ticket
from compagnon.desk.tests import supplies
from compagnon.park.models import AssetState
from compagnon.park.tests import factories as parks
from compagnon.people.models import Account, Person, Site
from compagnon.people.tests.factories import Cast, actor, grant, organisation, person, role

JSON: Any = {"content_type": "application/json"}
MANAGER = {"key": "chef", "kind": "person", "label": {"fr": "Responsable"}, "required": True}
DEFINITION: dict[str, Any] = {"sections": [{"key": "tout", "fields": [MANAGER]}]}


@pytest.fixture
def asked(people: Cast) -> RequestType:
    """A form that asks for a person."""
    found, admin = contracts.request_type(), actor(people.administrator)
    request_forms.write_form(actor=admin, request_type=found, definition=DEFINITION)
    request_forms.publish_form(actor=admin, request_type=found)
    return found


def browser(who: Person) -> Client:
    made = Client()
    made.force_login(Account.objects.get(person=who))
    return made


def fill(asked: RequestType) -> str:
    return reverse("desk:catalogue_fill", args=[asked.pk])


def test_a_person_is_found_by_key_or_by_words(people: Cast, asked: RequestType) -> None:
    user, boss = browser(people.user), person(people.client_a, "Maëlle", "Roüsseau")
    page = user.get(fill(asked)).content.decode()
    assert "<select" not in page
    assert "data-near" in page
    picker = reverse("desk:pick_colleagues")
    assert "Roüsseau" in user.get(picker, {"q": "rouss mael"}).content.decode()
    # Without scripts the words themselves are sent.
    for words in (str(boss.pk), "rousseau"):
        assert user.post(fill(asked), {"f-chef": words}).status_code == 302
        assert RequestDraft.objects.get().answers == {"chef": str(boss.pk)}
    user.post(reverse("desk:catalogue_review", args=[asked.pk]), {"key": "0123456789abcdef"})
    assert RequestAnswers.objects.get().names == {"chef": {str(boss.pk): str(boss)}}


def test_what_names_nobody_or_several_says_so(people: Cast, asked: RequestType) -> None:
    for name in ("Anne", "Anna"):
        person(people.client_a, name, "Durandeau")
    user = browser(people.user)
    several = user.post(fill(asked), {"f-chef": "durandeau"})
    assert several.status_code == 422
    assert "Anne Durandeau (" in several.content.decode()
    assert 'value="durandeau"' in several.content.decode()
    assert user.post(fill(asked), {"f-chef": "zzz"}).status_code == 422


def test_others_than_colleagues_are_no_choice(people: Cast, asked: RequestType) -> None:
    user, other = browser(people.user), people.outsider
    left = person(people.client_a, "Paul", "Parti")
    Person.objects.filter(pk=left.pk).update(is_active=False)
    picker = reverse("desk:pick_colleagues")
    for one in (other, left):
        assert str(one) not in user.get(picker, {"q": one.last_name}).content.decode()
        for words in (one.pk, one.last_name):
            assert user.post(fill(asked), {"f-chef": words}).status_code == 422
    # Neither does naming the other as who receives it, nor the API.
    assert user.get(picker, {"for": str(other.pk)}).status_code == 422
    told = user.get("/api/v1/pick/colleagues", {"q": people.colleague.last_name}).json()
    assert [one["id"] for one in told["items"]] == [people.colleague.pk]
    assert user.get("/api/v1/pick/colleagues", {"beneficiary_id": other.pk}).status_code == 422
    body = {"request_type_id": asked.pk, "answers": {"chef": other.pk}}
    assert user.post("/api/v1/service-requests", body, **JSON).status_code == 422
    # Of another organisation, those whom the technician sees.
    technician = browser(people.technician)
    page = technician.get(picker, {"q": other.last_name, "near": str(other.pk)}).content.decode()
    assert str(other) in page


def test_sites_and_machines_are_found_never_listed(people: Cast, asked: RequestType) -> None:
    fields = [{"key": kind, "kind": kind, "label": {"fr": kind}} for kind in ("site", "asset")]
    admin = actor(people.administrator)
    plan = {"sections": [{"key": "tout", "fields": fields}]}
    request_forms.write_form(actor=admin, request_type=asked, definition=plan)
    request_forms.publish_form(actor=admin, request_type=asked)
    grant(people.user, role(verbs={"asset.view"}), people.client_a)
    here = Site.objects.create(organisation=people.client_a, name="Évry (annexe)")
    away = Site.objects.create(organisation=people.client_b, name="Brest")
    near = {"organisation": people.client_a}
    mine = parks.asset(name="Portable d’Ursule", person=people.user, **near)
    shared = parks.asset(name="PC-10", serial="SN-0042", **near)
    parks.asset(name="PC-100", **near)
    theirs = parks.asset(name="PC-9", organisation=people.client_b)
    gone = parks.asset(name="PC-8", state=AssetState.RETIRED, **near)
    user = browser(people.user)
    page = user.get(fill(asked)).content.decode()
    assert "<select" not in page
    assert "PC-10" not in page
    offered = user.get(reverse("desk:pick_machines"), {"q": ""}).content.decode()
    assert offered.index("Portable") < offered.index("PC-10")
    told = user.get(reverse("desk:pick_machines"), {"q": "sn-00"}).content.decode()
    assert (told.count('role="option"'), "PC-10" in told) == (1, True)
    assert "Évry" in user.get(reverse("desk:pick_sites"), {"q": "évry"}).content.decode()
    for picker in ("sites", "machines"):
        answer = user.get(f"/api/v1/pick/{picker}").json()["items"]
        names = {one["name"] for one in answer}
        assert names & {here.name, mine.name}
        assert not names & {away.name, theirs.name, gone.name}
        refused = {"beneficiary_id": people.outsider.pk}
        assert user.get(f"/api/v1/pick/{picker}", refused).status_code == 422
    # Without scripts the words themselves are sent: what is called so, before what begins so.
    for words in (
        {"f-site": "ANNEXE", "f-asset": "pc-10"},
        {"f-site": here.pk, "f-asset": shared.pk},
    ):
        assert user.post(fill(asked), words).status_code == 302
        kept = {"site": str(here.pk), "asset": str(shared.pk)}
        assert RequestDraft.objects.get().answers == kept
    assert 'data-picker-name-value="PC-10"' in user.get(fill(asked)).content.decode()
    for wrong in ("pc-1", theirs.pk, "PC-9", gone.pk, "zzz"):
        assert user.post(fill(asked), {"f-asset": wrong}).status_code == 422, wrong
    for wrong in (away.pk, "Brest"):
        assert user.post(fill(asked), {"f-site": wrong}).status_code == 422
    body = {"request_type_id": asked.pk, "answers": {"asset": theirs.pk}}
    assert user.post("/api/v1/service-requests", body, **JSON).status_code == 422
    body["answers"] = {"asset": shared.pk, "site": here.pk}
    made = user.post("/api/v1/service-requests", body, **JSON)
    assert made.status_code < 300, made.content
    found = RequestAnswers.objects.get()
    assert found.names == {"site": {str(here.pk): here.name}, "asset": {str(shared.pk): "PC-10"}}
    # Whoever sees no machine of others is offered their own alone.
    answer = browser(people.colleague).get("/api/v1/pick/machines", {"q": "pc"}).json()
    assert answer["items"] == []


def test_for_a_colleague_by_words(people: Cast, asked: RequestType) -> None:
    user = browser(people.user)
    sent = {"f-chef": str(people.colleague.pk), "beneficiary": people.colleague.last_name}
    assert user.post(fill(asked), sent).status_code == 302
    assert RequestDraft.objects.get().beneficiary == people.colleague
    assert str(people.colleague) in user.get(fill(asked)).content.decode()
    wrong = user.post(fill(asked), sent | {"beneficiary": people.outsider.last_name})
    assert wrong.status_code == 422
    assert not Ticket.objects.exists()


def test_the_catalogue_is_searched_to_its_last_word(people: Cast, asked: RequestType) -> None:
    # Longer than a word of the index, with accents on both sides.
    name = "Demande d’accès aux dossiers partagés de la comptabilité générale"
    RequestType.objects.filter(pk=asked.pk).update(name_fr=name, name_en=name)
    user = browser(people.user)
    for words, found in (("generale", 1), ("dossiers comptabilité", 1), ("zzz", 0)):
        page = user.get(reverse("desk:catalogue"), {"q": words}).content.decode()
        assert page.count(fill(asked)) == found, words


def test_a_supplier_is_found_among_many(people: Cast) -> None:
    manager, who = browser(people.supervisor), actor(people.supervisor)
    case = supplies.wish(who, people.user)
    found = organisation("Écrans & Cie", parent=people.provider)
    organisation("Écrans & Cie du Nord", parent=people.provider)
    page = reverse("desk:supply_quote_add", args=[case.pk])
    assert 'name="supplier"' in manager.get(page).content.decode()
    assert "Écrans &amp; Cie" not in manager.get(page).content.decode()
    offered = manager.get(reverse("desk:pick_suppliers"), {"q": "ecr"}).content.decode()
    assert offered.count('role="option"') == 2
    told = manager.get("/api/v1/pick/suppliers", {"q": "ecrans nord"}).json()["items"]
    assert [one["name"] for one in told] == ["Écrans & Cie du Nord"]
    row = {"kind": "equipment", "designation": "Écran", "quantity": 1, "unit_price_cents": "10",
           "vat_bp": "20"}  # fmt: skip
    sent = {f"lines-0-{name}": value for name, value in row.items()} | {
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert manager.post(page, sent | {"supplier": "ecrans"}).status_code == 422
    assert manager.post(page, sent | {"supplier": "écrans & cie"}).status_code == 302
    assert Quote.objects.get().supplier == found
    again = manager.get(reverse("desk:supply_quote_change", args=[Quote.objects.get().pk]))
    assert 'data-picker-name-value="Écrans &amp; Cie"' in again.content.decode()
    # Who manages no supply is offered nobody.
    user = browser(people.user)
    assert "option" not in user.get(reverse("desk:pick_suppliers"), {"q": ""}).content.decode()
