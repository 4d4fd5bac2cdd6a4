"""The API of contracts: twins of the pages, by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.contracts.models import Calendar, Commitment, ServiceContract
from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor

SignIn = Callable[..., Client]
HOUR = 3600
ACTOR = Actor.system("tests")
JSON = "application/json"
ROOT = "/api/v1"


@pytest.fixture
def manager(cast: Any, signed_in: SignIn) -> Client:
    return signed_in(
        cast.provider, "contract.view", "contract.manage", "calendar.manage", "catalogue.manage",
        "person.view",
    )  # fmt: skip


@pytest.fixture
def contract(cast: Any) -> ServiceContract:
    around = factories.calendar(always_open=True)
    return factories.contract(cast.client_a, calendar_=around, targets={"resolution": 4 * HOUR})


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return getattr(client, method)(
        f"{ROOT}{path}", body if method == "get" else body or {}, content_type=JSON,
        headers=headers,
    )  # fmt: skip


def solved(contract: ServiceContract, hours: float = 1) -> Subject:
    of = Subject("ticket", 1, contract.client_id or 0)
    at = timezone.now() - timedelta(days=3)
    clocks.start(actor=ACTOR, subject=of, facts=Facts(2, "", None, None, "incident"), at=at)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=at + timedelta(hours=hours))
    return of


def test_a_calendar_is_written_read_changed_and_deleted(manager: Client) -> None:
    body = {
        "code": "bureau", "name": "Bureau", "holiday_country": "FR",
        "weekly": {"monday": [["09:00", "12:30"], ["13:30", "18:00"]]},
        "closures": [{"first_day": "2026-08-10", "last_day": "2026-08-14", "label": "Été"}],
    }  # fmt: skip
    made = send(manager, "post", "/calendars", body)
    assert made.status_code == 201, made.content
    path = made["Location"].removeprefix(ROOT)
    read = send(manager, "get", path)
    assert read.json()["closures"][0]["label"] == "Été"
    changed = send(manager, "patch", path, {"name": "Siège"}, **{"If-Match": read["ETag"]})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["name"], len(changed.json()["closures"])) == ("Siège", 1)
    stale = send(manager, "patch", path, {"name": "X"}, **{"If-Match": read["ETag"]})
    assert stale.status_code == 412
    year = send(manager, "get", f"{path}/year?year=2026")
    assert year.status_code == 200
    assert {each["kind"] for each in year.json()["special"]} == {"holiday", "closure"} & {
        each["kind"] for each in year.json()["special"]
    }
    assert send(manager, "delete", path).status_code == 204
    assert not Calendar.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"time_zone": "Mars"}, "time_zone"),
        ({"weekly": {"monday": [["25:00", "26:00"]]}}, "weekly"),
        ({"closures": [{"first_day": "2026-01-02", "last_day": "2026-01-01"}]}, "closures"),
    ],
)
def test_a_calendar_that_cannot_count_is_refused(
    manager: Client, values: dict[str, Any], field: str
) -> None:
    answer = send(manager, "post", "/calendars", {"code": "x", "name": "X", **values})
    assert answer.status_code == 422
    assert field in {each["field"] for each in answer.json()["errors"]}


def test_a_contract_is_drafted_written_put_in_force_and_ended(cast: Any, manager: Client) -> None:
    calendar = factories.calendar()
    body = {
        "provider_id": cast.provider.pk, "client_id": cast.client_a.pk, "name": "Support",
        "reference": "S-1", "starts_on": "2026-01-01", "calendar_id": calendar.pk,
    }  # fmt: skip
    made = send(manager, "post", "/contracts", body)
    assert made.status_code == 201, made.content
    path = f"/contracts/{made.json()['id']}"
    assert send(manager, "post", f"{path}/activate").status_code == 422
    terms = {
        "calendar_id": calendar.pk,
        "commitments": [{"measure": "resolution", "target_seconds": 14400, "priorities": [1]}],
        "pauses": {"waiting_supplier": True},
    }
    written = send(manager, "post", f"{path}/terms", terms)
    assert written.status_code == 200, written.content
    assert written.json()["pauses"] == {"waiting_supplier": True}
    assert send(manager, "post", f"{path}/activate").json()["state"] == "active"
    renamed = send(manager, "patch", path, {"name": "Support 2"})
    assert renamed.json()["name"] == "Support 2"
    moved = send(manager, "patch", path, {"client_id": cast.client_b.pk})
    assert moved.status_code == 409
    assert send(manager, "delete", path).status_code == 409
    ended = send(manager, "post", f"{path}/end", {"last_day": "2026-12-31"})
    assert ended.json()["state"] == "ended"
    found = send(manager, "get", "/commitments?retired=false").json()["items"]
    assert [each["target_seconds"] for each in found] == [14400]


def test_terms_are_weighed_then_changed(manager: Client, contract: ServiceContract) -> None:
    solved(contract)
    terms = {
        "calendar_id": contract.calendar_id,
        "commitments": [{"measure": "resolution", "target_seconds": 60}],
    }
    now = timezone.now()
    body = {
        "terms": terms,
        "since": (now - timedelta(days=30)).isoformat(),
        "until": now.isoformat(),
    }
    weighed = send(manager, "post", f"/contracts/{contract.pk}/what-if", body)
    assert weighed.status_code == 200, weighed.content
    document = weighed.json()
    assert (document["newly_missed"], document["total"]["before_met"]) == (1, 1)
    assert document["most_affected"][0]["after_state"] == "missed"
    assert Commitment.objects.get().target_seconds == 4 * HOUR
    wrong = send(
        manager, "post", f"/contracts/{contract.pk}/what-if", {**body, "until": body["since"]}
    )
    assert wrong.status_code == 422


def test_a_changed_calendar_is_weighed(manager: Client, contract: ServiceContract) -> None:
    solved(contract, 6)
    now = timezone.now()
    body = {
        "calendar": {"is_always_open": False, "weekly": {}},
        "since": (now - timedelta(days=30)).isoformat(),
        "until": now.isoformat(),
    }
    answer = send(manager, "post", f"/calendars/{contract.calendar_id}/what-if", body)
    assert answer.status_code == 200, answer.content
    # Never open: nothing would have been counted.
    assert answer.json()["newly_met"] == 1
    contract.calendar.refresh_from_db()
    assert contract.calendar.is_always_open


def test_the_wrong_commitment_is_named(manager: Client, contract: ServiceContract) -> None:
    twin = {"measure": "resolution", "target_seconds": 60}
    terms = {"calendar_id": contract.calendar_id, "commitments": [twin, twin]}
    answer = send(manager, "post", f"/contracts/{contract.pk}/terms", terms)
    assert answer.status_code == 422
    assert answer.json()["code"] == "commitments-ambiguous"
    assert answer.json()["errors"][0]["field"] == "commitments.1.measure"


def test_what_one_does_not_see_is_not_there(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    outsider = signed_in(cast.client_b, "contract.view", "contract.manage")
    of = solved(contract)
    assert send(outsider, "get", "/contracts").json()["items"] == []
    assert send(outsider, "get", "/commitments").json()["items"] == []
    for path in (f"/contracts/{contract.pk}", f"/clocks/ticket/{of.id}"):
        assert send(outsider, "get", path).status_code == 404
    answer = send(outsider, "post", f"/contracts/{contract.pk}/end", {"last_day": "2026-12-31"})
    assert answer.status_code == 404


def test_a_clients_side_reads_and_does_not_write(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    client_side = signed_in(cast.client_a, "contract.view", "contract.manage")
    of = solved(contract)
    assert len(send(client_side, "get", "/contracts").json()["items"]) == 1
    terms = {"calendar_id": contract.calendar_id, "commitments": []}
    for path, body in (
        ("terms", terms),
        ("end", {"last_day": "2026-12-31"}),
        ("what-if", {"terms": terms, "since": "2026-01-01T00:00Z", "until": "2026-02-01T00:00Z"}),
    ):
        answer = send(client_side, "post", f"/contracts/{contract.pk}/{path}", body)
        assert answer.status_code == 403, path
    read = send(client_side, "get", f"/clocks/ticket/{of.id}").json()["items"]
    assert [each["state"] for each in read] == ["met"]
    assert sum(line["counted_seconds"] for line in read[0]["ledger"]) == HOUR
    short = send(client_side, "get", f"/clocks/ticket/{of.id}?ledger=false").json()["items"]
    assert short[0]["ledger"] == []


def test_the_catalogue_is_everybodys_to_read(cast: Any, signed_in: SignIn, manager: Client) -> None:
    row = factories.request_type().service
    user = signed_in(cast.client_a)
    assert send(user, "get", "/services").json()["items"][0]["id"] == row.pk
    assert len(send(user, "get", "/request-types").json()["items"]) == 1
    body = {"code": "mail", "name_fr": "Messagerie"}
    assert send(user, "post", "/services", body).status_code == 403
    assert send(manager, "post", "/services", body).status_code == 201


def test_lists_ask_a_bounded_number_of_queries(
    cast: Any, manager: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        factories.contract(cast.client_a, targets={"resolution": HOUR, "take_up": HOUR})
    with django_assert_max_num_queries(12):
        assert len(send(manager, "get", "/contracts").json()["items"]) == 5
    with django_assert_max_num_queries(10):
        assert len(send(manager, "get", "/calendars").json()["items"]) == 5
