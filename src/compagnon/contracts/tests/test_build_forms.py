"""Building a request form on its page and by the API: pieces, order, preview, versions, files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from compagnon.contracts.models import FormVersion, RequestForm, RequestType
from compagnon.contracts.services import request_forms
from compagnon.contracts.tests import factories
from compagnon.core.errors import Invalid, Stale
from compagnon.people.models import Account
from compagnon.people.tests.factories import Cast, actor, grant, person, role


@pytest.fixture
def wanted(cast: Cast) -> RequestType:
    """A request type without a form."""
    return factories.request_type()


@pytest.fixture
def browser(cast: Cast) -> Client:
    """The supervisor's browser."""
    made = Client()
    made.force_login(Account.objects.get(person=cast.supervisor))
    return made


def page(name: str, wanted: RequestType, *more: str) -> str:
    """The address of a page of the builder."""
    return reverse(f"contracts:form_{name}", args=[wanted.pk, *more])


def draft(wanted: RequestType) -> dict[str, Any]:
    """The draft's document."""
    return dict(RequestForm.objects.get(request_type=wanted).definition)


def test_built_on_the_page_previewed_and_published(
    cast: Cast, browser: Client, wanted: RequestType
) -> None:
    assert browser.get(page("build", wanted)).status_code == 200
    add = page("piece", wanted, "field", "new")
    sent = browser.post(add, {
        "kind": "choice", "label_fr": "Besoin", "label_en": "Need",
        "choices": "poste | Un poste | A computer\nAccès",
    })  # fmt: skip
    assert sent.status_code == 302, sent.content.decode()[:3000]
    browser.post(add, {
        "kind": "text", "label_fr": "Modèle", "required": "on", "show_0_field": "besoin",
        "show_0_op": "is", "show_0_value": "poste", "show_match": "all",
    })  # fmt: skip
    fields = draft(wanted)["sections"][0]["fields"]
    assert [one["key"] for one in fields] == ["besoin", "modele"]
    assert [one["value"] for one in fields[0]["choices"]] == ["poste", "acces"]
    assert fields[1]["show"] == {"all": [{"field": "besoin", "op": "is", "value": "poste"}]}

    moved = {"kind": "field", "key": "modele"}
    up = browser.post(page("act", wanted, "up"), moved)
    # A condition may only ask what stands before it.
    assert up.status_code == 422
    shown = browser.get(page("preview", wanted)).content.decode()
    assert "data-field=&quot;" not in shown
    assert "Modèle" in shown
    tried = browser.post(page("preview", wanted), {"f-besoin": "poste"}).content.decode()
    assert "is-invalid" in tried

    task = {"title_fr": "Préparer", "team": cast.level_1.pk, "minutes": "30"}
    assert browser.post(page("piece", wanted, "task", "new"), task).status_code == 302
    step = {"name_fr": "Accord", "whom": "representatives", "rule": "any"}
    assert browser.post(page("piece", wanted, "approval", "new"), step).status_code == 302
    end = {"ending": "propose"}
    assert browser.post(page("act", wanted, "ending"), end).status_code == 302
    assert browser.post(page("act", wanted, "publish")).status_code == 302
    version = FormVersion.objects.get()
    assert (version.number, version.plan["ending"]) == (1, "propose")
    browser.post(page("act", wanted, "remove"), moved)
    assert len(FormVersion.objects.get().definition["sections"][0]["fields"]) == 2
    assert browser.get(page("build", wanted)).status_code == 200
    for kind, key in (("field", "besoin"), ("task", "preparer"), ("approval", "accord")):
        assert browser.get(page("piece", wanted, kind, key)).status_code == 200


def test_refused_in_words(cast: Cast, browser: Client, wanted: RequestType) -> None:
    add = page("piece", wanted, "field", "new")
    bad = browser.post(add, {"kind": "text", "label_fr": "X", "pattern": "(?=a)a"})
    assert bad.status_code == 422
    # At the field, in words; what was typed is still there.
    assert set(bad.context["form"].errors) == {"pattern"}
    assert 'value="(?=a)a"' in bad.content.decode()
    late = {"kind": "date", "label_fr": "Jour", "least": "2020-13-45"}
    assert set(browser.post(add, late).context["form"].errors) == {"least"}
    # A condition is written with the words of a choice, as one reads them.
    yes = {"kind": "yesno", "label_fr": "Portable"}
    assert browser.post(add, yes).status_code == 302
    price = {"kind": "money", "label_fr": "Prix", "show_0_field": "portable", "show_0_op": "is"}
    assert browser.post(add, price | {"show_0_value": "Peut-être"}).status_code == 422
    assert browser.post(add, price | {"show_0_value": "Oui"}).status_code == 302
    made = RequestForm.objects.get(request_type=wanted).definition["sections"][0]["fields"][1]
    assert made["show"] == {"all": [{"field": "portable", "op": "is", "value": "yes"}]}
    browser.post(page("act", wanted, "remove"), {"kind": "field", "key": "prix"})
    browser.post(page("act", wanted, "remove"), {"kind": "field", "key": "portable"})
    assert browser.post(page("act", wanted, "publish")).status_code == 422
    assert browser.post(page("act", wanted, "up"), {"kind": "field"}).status_code == 422
    other = Client()
    other.force_login(Account.objects.get(person=cast.technician))
    assert other.get(page("build", wanted)).status_code == 403
    admin = actor(cast.administrator)
    form = request_forms.write_form(actor=admin, request_type=wanted, definition={"sections": []})
    with pytest.raises(Stale):
        request_forms.write_form(
            actor=admin, request_type=wanted, plan={}, expected_version=form.version - 1
        )
    with pytest.raises(Invalid):
        request_forms.write_form(actor=admin, request_type=wanted, plan={"tasks": [{"key": "A"}]})


def test_approvers_are_picked_among_those_one_sees(
    cast: Cast, browser: Client, wanted: RequestType
) -> None:
    add = page("piece", wanted, "approval", "new")
    shown = browser.get(add).content.decode()
    assert reverse("people:pick_persons") in shown
    assert str(cast.technician) not in shown
    assert "id_person_2" in shown
    assert "id_person_3" not in shown
    # By key, and by words as without scripts; who is named twice is asked once.
    sent = {"name_fr": "Accord", "whom": "persons", "rule": "any", "person_0": cast.technician.pk,
            "person_1": cast.colleague.last_name, "person_2": cast.technician.pk}  # fmt: skip
    assert browser.post(add, sent).status_code == 302
    plan = RequestForm.objects.get(request_type=wanted).plan
    keys = [cast.technician.pk, cast.colleague.pk]
    assert plan["approvals"][0]["person_ids"] == keys
    again = browser.get(page("piece", wanted, "approval", "accord")).content.decode()
    assert f'data-picker-name-value="{cast.colleague}"' in again
    assert "id_person_4" in again
    wrong = browser.post(add, sent | {"name_fr": "Autre", "person_1": "personne du tout"})
    assert wrong.status_code == 422
    assert "person_1" in wrong.context["form"].errors
    assert (
        browser.post(add, {"name_fr": "Rien", "whom": "persons", "rule": "any"}).status_code == 422
    )


def test_nobody_is_named_who_is_not_seen(cast: Cast, wanted: RequestType) -> None:
    keeper = person(cast.client_a)
    grant(keeper, role(verbs={"form.manage"}), cast.provider)
    step = {"key": "a", "name": {"fr": "A"}, "whom": "persons", "person_ids": [cast.outsider.pk]}
    with pytest.raises(Invalid):
        request_forms.write_form(
            actor=actor(keeper), request_type=wanted, plan={"approvals": [step]}
        )
    request_forms.write_form(
        actor=actor(cast.administrator), request_type=wanted, plan={"approvals": [step]}
    )
    # Whoever stands there already stays, whoever writes the rest.
    more = {"approvals": [step, step | {"key": "b", "whom": "manager", "person_ids": ["x"]}]}
    request_forms.write_form(actor=actor(keeper), request_type=wanted, plan=more)


def test_exported_and_imported_elsewhere(cast: Cast, browser: Client, wanted: RequestType) -> None:
    admin = actor(cast.administrator)
    field = {"key": "nom", "kind": "text", "label": {"fr": "Nom"}}
    task = {"key": "a", "title": {"fr": "Faire"}, "team_id": cast.level_2.pk}
    definition = {"sections": [{"key": "s", "title": {"fr": "S"}, "fields": [field]}]}
    request_forms.write_form(
        actor=admin, request_type=wanted, definition=definition, plan={"tasks": [task]}
    )
    document = browser.get(page("export", wanted)).json()
    assert document["plan"]["tasks"][0]["team"] == cast.level_2.name
    other = factories.request_type()
    file = SimpleUploadedFile("form.json", json.dumps(document).encode())
    assert browser.post(page("act", other, "import"), {"file": file}).status_code == 302
    made = RequestForm.objects.get(request_type=other)
    assert made.definition == definition
    assert made.plan["tasks"][0]["team_id"] == cast.level_2.pk
    for bad in (b"[", b"[]", b'{"format": "x"}'):
        file = SimpleUploadedFile("form.json", bad)
        assert browser.post(page("act", other, "import"), {"file": file}).status_code == 422
    document["plan"]["tasks"][0]["team"] = "Nulle part"
    with pytest.raises(Invalid):
        request_forms.import_form(actor=admin, request_type=other, document=document)


def test_the_api_is_a_twin(cast: Cast, browser: Client, wanted: RequestType) -> None:
    api = f"/api/v1/request-types/{wanted.pk}/form"
    field = {"key": "nom", "kind": "text", "label": {"fr": "Nom"}}
    body = {"definition": {"sections": [{"key": "s", "title": "S", "fields": [field]}]}}
    kind = {"content_type": "application/json"}
    assert browser.patch(api, body, **kind).status_code == 200
    bad = browser.patch(api, {"definition": {"sections": [{"key": "S S"}]}}, **kind)
    assert bad.status_code == 422
    assert browser.post(f"{api}/publish", {}, **kind).json()["published_number"] == 1
    rows = browser.get(f"/api/v1/form-versions?request_type={wanted.pk}").json()["items"]
    assert [one["number"] for one in rows] == [1]
    document = browser.get(f"{api}/export").json()
    imported = browser.post(f"{api}/import", {"document": document}, **kind)
    assert imported.json()["definition"] == body["definition"]
    assert browser.post(f"{api}/withdraw", {}, **kind).json()["published_number"] is None


def test_an_approval_reads_its_amount_from_a_number_alone(
    cast: Cast, browser: Client, wanted: RequestType
) -> None:
    add = page("piece", wanted, "field", "new")
    for kind, label in (("text", "Motif"), ("money", "Budget")):
        assert browser.post(add, {"kind": kind, "label_fr": label}).status_code == 302
    step = page("piece", wanted, "approval", "new")
    offered = browser.get(step).context["form"].fields["amount_field"].choices
    assert [key for key, _label in offered] == ["", "budget"]
    sent = {"name_fr": "Accord", "whom": "representatives", "rule": "any"}
    assert browser.post(step, sent | {"amount_field": "motif"}).status_code == 422
    assert browser.post(step, sent | {"amount_field": "budget"}).status_code == 302
    plan = RequestForm.objects.get(request_type=wanted).plan
    assert plan["approvals"][0]["amount_field"] == "budget"
