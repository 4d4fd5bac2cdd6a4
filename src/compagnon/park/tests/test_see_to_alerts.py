"""What must be seen to in time: raised once, ended when it is over, told once to each by mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from compagnon.core.crud.tests.contract import ResourceContract
from compagnon.core.errors import Conflict, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks import worker
from compagnon.park.models import Alert, AlertLetter, AlertRule, Licence, SupplierContract
from compagnon.park.resources_alerts import ALERT_RULES
from compagnon.park.services import alerts, consumables
from compagnon.park.tests.factories import asset, consumable, today
from compagnon.people.models import Organisation, Person
from compagnon.people.tests import factories
from compagnon.people.tests.factories import Cast, actor, system


@pytest.fixture(autouse=True)
def letters_stay_here(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def near(people: Cast) -> dict[str, Any]:
    """One of each kind, of client A, that somebody must see to."""
    client, soon = people.client_a, today() + timedelta(days=20)
    return {
        "licence": Licence.objects.create(
            organisation=client, name="Suite", product_pattern="Suite*", quantity=1,
            starts_on=today(), ends_on=soon,
        ),
        "notice": SupplierContract.objects.create(
            organisation=client, supplier=people.provider, name="Entretien", starts_on=today(),
            notice_by=soon, ends_on=soon + timedelta(days=90),
        ),
        "warranty": asset(client, "poste", warranty_ends_on=soon),
        "stock": consumable(client, "toner", minimum=2, quantity=1),
    }  # fmt: skip


def told(address: str) -> list[str]:
    return [str(one.body) for one in mail.outbox if address in one.to]


def address(person: Person) -> str:
    return person.contact_points.get(kind="email").value


@pytest.mark.django_db
def test_each_is_raised_once_and_told_once(people: Cast) -> None:
    near(people)
    asset(people.client_a, "parti", warranty_ends_on=today() + timedelta(days=5), state="retired")
    asset(people.client_a, "loin", warranty_ends_on=today() + timedelta(days=61))
    assert alerts.raise_due(actor=system()) == 4
    assert alerts.raise_due(actor=system()) == 0
    kinds = set(Alert.objects.values_list("kind", flat=True))
    assert kinds == {"licence", "notice", "warranty", "stock"}
    assert {"consumable.low", "asset.warranty_ending", "supplier.notice"} <= set(
        Entry.objects.values_list("verb", flat=True)
    )

    assert alerts.tell(actor=system())
    assert alerts.tell(actor=system()) == []
    worker.run_due()
    worker.run_due()
    # The administrator keeps everything; a technician keeps stocks and machines, not contracts.
    (one,) = told(address(people.administrator))
    assert all(word in one for word in ("Suite", "Entretien", "poste", "toner"))
    (one,) = told(address(people.technician))
    assert "toner" in one
    assert "poste" in one
    assert "Suite" not in one
    assert told(address(people.user)) == told(address(people.outsider)) == []
    assert AlertLetter.objects.filter(sent_at__isnull=True).count() == 0
    assert {one.extra_headers["Auto-Submitted"] for one in mail.outbox} == {"auto-generated"}


@pytest.mark.django_db
def test_a_rule_says_who_when_and_of_what(people: Cast) -> None:
    near(people)
    asset(people.client_a, "plus tard", warranty_ends_on=today() + timedelta(days=80))
    asset(people.client_b, "ailleurs", warranty_ends_on=today() + timedelta(days=8))
    outside = factories.person(people.client_a)
    team = factories.team(people.provider, people.supervisor, outside)
    AlertRule.objects.create(
        organisation=people.client_a, team=team, licences=False, warranty_days=90
    )
    AlertRule.objects.create(organisation=people.client_b, by_mail=False)
    assert alerts.raise_due(actor=system()) == 5
    assert not Alert.objects.filter(kind="licence").exists()
    alerts.tell(actor=system())
    worker.run_due()
    # Of the team, only who may see that client's park; the other client's rule writes to nobody.
    assert {one.to[0] for one in mail.outbox} == {address(people.supervisor)}
    assert "plus tard" in mail.outbox[0].body
    assert "ailleurs" not in mail.outbox[0].body


@pytest.mark.django_db
def test_what_is_true_no_more_ends_by_itself(people: Cast) -> None:
    rows = near(people)
    alerts.raise_due(actor=system())
    alerts.tell(actor=system())
    Licence.objects.update(ends_on=today() + timedelta(days=400))
    SupplierContract.objects.update(notice_by=today() + timedelta(days=30))
    consumables.move(actor=system(), consumable_id=rows["stock"].pk, change=10)
    type(rows["warranty"]).objects.update(state="retired")
    assert alerts.raise_due(actor=system()) == 1  # the notice, for its new day
    assert [one.kind for one in Alert.objects.filter(ended_at=None)] == ["notice"]
    worker.run_due()
    assert mail.outbox == []  # all that the letters spoke of was over before they left
    consumables.move(actor=system(), consumable_id=rows["stock"].pk, change=-10)
    assert alerts.raise_due(actor=system()) == 1  # low once more: another alert


@pytest.mark.django_db
def test_a_person_says_what_was_seen_to(people: Cast) -> None:
    rows = near(people)
    alerts.raise_due(actor=system())
    client = Client()
    client.force_login(people.technician.account)
    page = client.get("/park/alerts/").content.decode()
    assert "toner" in page
    assert "Suite" in page
    stock = Alert.objects.get(kind="stock")
    client.post("/park/alerts/end/", {"alert": [stock.pk]})
    stock.refresh_from_db()
    assert stock.ended_by_id == people.technician.pk
    # It is not raised again before it was filled.
    assert alerts.raise_due(actor=system()) == 0
    consumables.move(actor=system(), consumable_id=rows["stock"].pk, change=9)
    consumables.move(actor=system(), consumable_id=rows["stock"].pk, change=-9)
    assert alerts.raise_due(actor=system()) == 1

    licence = Alert.objects.get(kind="licence")
    with pytest.raises(Refused):
        alerts.end(actor=actor(people.technician), alert_ids=[licence.pk])
    with pytest.raises(Conflict):
        alerts.end(actor=actor(people.technician), alert_ids=[stock.pk])
    with pytest.raises(Conflict):
        alerts.end(actor=actor(people.outsider), alert_ids=[licence.pk])


@pytest.mark.django_db
def test_the_api_does_the_same(people: Cast) -> None:
    near(people)
    alerts.raise_due(actor=system())
    client = Client()
    client.force_login(people.administrator.account)
    rows = client.get("/api/v1/park-alerts?waiting=true").json()["items"]
    assert len(rows) == 4
    body = {"alert_ids": [one["id"] for one in rows]}
    answer = client.post("/api/v1/park-alerts/end", body, content_type="application/json")
    assert answer.json() == {"ended": 4}
    again = client.post("/api/v1/park-alerts/end", body, content_type="application/json")
    assert again.status_code == 409
    client.force_login(people.user.account)
    assert client.get("/api/v1/park-alerts").json()["items"] == []


class TestAlertRules(ResourceContract):
    resource = ALERT_RULES
    changed = {"warranty_days": 30, "by_mail": False}
    invalid = {"warranty_days": 9999}

    def make(self, organisation: Organisation, number: int) -> AlertRule:
        if AlertRule.objects.filter(organisation=organisation).exists():
            organisation = factories.organisation(f"Service {number:03}", parent=organisation)
        return AlertRule.objects.create(organisation=organisation)

    def values(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "organisation": organisation.pk, "by_mail": True, "stock": True, "licences": True,
            "contracts": True, "warranties": False, "warranty_days": 45,
        }  # fmt: skip
