"""The pages of contracts: reading, writing, weighing terms before they are put in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.contracts.models import Clock, Commitment, ContractState, ServiceContract
from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor
from compagnon.core.models import Entry

HOUR = 3600
ACTOR = Actor.system("tests")
SignIn = Callable[..., Client]


@pytest.fixture
def contract(cast: Any) -> ServiceContract:
    around = factories.calendar(always_open=True)
    return factories.contract(
        cast.client_a, calendar_=around, name="Contrat A", targets={"resolution": 4 * HOUR}
    )


@pytest.fixture
def manager(cast: Any, signed_in: SignIn) -> Client:
    return signed_in(
        cast.provider,
        "contract.view", "contract.manage", "calendar.manage", "catalogue.manage", "person.view",
    )  # fmt: skip


def page(client: Client, name: str, *args: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(f"contracts:{name}", args=args), query)
    assert answer.status_code == status
    return answer.content.decode()


def solved(contract: ServiceContract, hours: float, key: int = 1) -> None:
    of = Subject("ticket", key, contract.client_id or 0)
    facts = Facts(2, "", None, None, "incident")
    at = timezone.now() - timedelta(days=10)
    clocks.start(actor=ACTOR, subject=of, facts=facts, at=at)
    clocks.stop(actor=ACTOR, subject=of, measure=Measure.RESOLUTION, at=at + timedelta(hours=hours))


def test_the_list_shows_the_contracts_that_the_reader_sees(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    factories.contract(cast.client_b, name="Contrat B")
    seen = page(signed_in(cast.client_a, "contract.view"), "contract_list")
    assert "Contrat A" in seen
    assert "Contrat B" not in seen


def test_the_list_narrows_to_a_state(manager: Client, contract: ServiceContract) -> None:
    assert "Contrat A" not in page(manager, "contract_list", state="draft")
    assert "Contrat A" in page(manager, "contract_list", state="active")


def test_a_contract_shows_what_it_promises(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    solved(contract, 1)
    seen = page(signed_in(cast.client_a, "contract.view"), "contract", contract.pk)
    seen = seen.replace("\u202f", " ").replace("\u00a0", " ")
    assert "4 h" in seen
    assert "100 %" in seen
    assert reverse("contracts:terms", args=[contract.pk]) not in seen


def test_another_organisations_contract_is_not_found(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    outsider = signed_in(cast.client_b, "contract.view", "contract.manage")
    for name in ("contract", "contract_change", "terms"):
        page(outsider, name, contract.pk, status=404)
    assert outsider.post(reverse("contracts:contract_end", args=[contract.pk])).status_code == 404


def test_who_sees_a_contract_on_the_clients_side_does_not_write_it(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    client_side = signed_in(cast.client_a, "contract.view", "contract.manage")
    page(client_side, "terms", contract.pk, status=403)
    page(client_side, "contract_change", contract.pk, status=403)


def test_nobody_signed_in_is_sent_to_sign_in(contract: ServiceContract) -> None:
    answer = Client().get(reverse("contracts:contract", args=[contract.pk]))
    assert answer.status_code == 302


def written(contract: ServiceContract, action: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """What the page of terms sends."""
    sent: dict[str, Any] = {
        "action": action,
        "version": contract.version,
        "calendar": contract.calendar_id,
        "c-TOTAL_FORMS": len(lines),
        "c-INITIAL_FORMS": sum("id" in line for line in lines),
    }
    for reason in ("waiting_user", "appointment", "waiting_supplier", "waiting_approval", "other"):
        sent[f"pause_{reason}"] = "yes"
    for index, line in enumerate(lines):
        sent |= {f"c-{index}-{name}": value for name, value in line.items()}
    return sent


def line(contract: ServiceContract, **values: Any) -> dict[str, Any]:
    kept = contract.commitments.get(retired_at=None)
    return {"id": kept.pk, "measure": kept.measure, "target": "4 h", **values}


def post_terms(client: Client, contract: ServiceContract, sent: dict[str, Any]) -> Any:
    return client.post(reverse("contracts:terms", args=[contract.pk]), sent)


def test_terms_show_what_is_in_force(manager: Client, contract: ServiceContract) -> None:
    seen = page(manager, "terms", contract.pk)
    assert 'value="4\u00a0h"' in seen


def test_weighing_changes_nothing_and_says_what_it_would_do(
    manager: Client, contract: ServiceContract
) -> None:
    solved(contract, 1)
    solved(contract, 3, key=2)
    answer = post_terms(manager, contract, written(contract, "weigh", line(contract, target="2h")))
    assert answer.status_code == 200
    effect = answer.context["effect"].effect
    assert (effect.newly_missed, effect.total.before_met) == (1, 2)
    assert "<svg" in answer.content.decode()
    assert Commitment.objects.get().target_seconds == 4 * HOUR
    assert Clock.objects.filter(state="met").count() == 2


def test_applying_retires_and_succeeds(manager: Client, contract: ServiceContract) -> None:
    first = contract.commitments.get()
    sent = written(contract, "apply", line(contract, target="2 h", priorities=["1", "2"]))
    assert post_terms(manager, contract, sent).status_code == 302
    now = contract.commitments.get(retired_at=None)
    assert (now.target_seconds, now.priorities, now.replaces_id) == (2 * HOUR, [1, 2], first.pk)
    first.refresh_from_db()
    assert first.target_seconds == 4 * HOUR
    assert Entry.objects.filter(verb="contract.change_terms").count() == 1


def test_terms_that_say_the_same_retire_nothing(manager: Client, contract: ServiceContract) -> None:
    assert (
        post_terms(manager, contract, written(contract, "apply", line(contract))).status_code == 302
    )
    assert Commitment.objects.count() == 1


def test_a_commitment_can_be_dropped(manager: Client, contract: ServiceContract) -> None:
    sent = written(contract, "apply", line(contract, DELETE="on"))
    assert post_terms(manager, contract, sent).status_code == 302
    assert not contract.commitments.filter(retired_at=None).exists()


def test_adding_gives_an_empty_place(manager: Client, contract: ServiceContract) -> None:
    answer = post_terms(manager, contract, written(contract, "add", line(contract)))
    assert answer.status_code == 200
    assert len(answer.context["commitments"].forms) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"target": "bientôt"}, "target"), ({"target": "30"}, "target"), ({"target": "0h"}, "target"),
     ({"measure": "joy"}, "measure")],
)  # fmt: skip
def test_what_cannot_be_promised_is_refused_beside_its_field(
    manager: Client, contract: ServiceContract, wrong: dict[str, str], field: str
) -> None:
    answer = post_terms(manager, contract, written(contract, "apply", line(contract, **wrong)))
    assert answer.status_code == 422
    assert field in answer.context["commitments"].forms[0].errors
    assert Commitment.objects.get().target_seconds == 4 * HOUR


def test_two_commitments_on_the_same_tickets_are_refused(
    manager: Client, contract: ServiceContract
) -> None:
    twin = {"measure": "resolution", "target": "1h"}
    answer = post_terms(manager, contract, written(contract, "weigh", line(contract), twin))
    assert answer.status_code == 422
    assert "measure" in answer.context["commitments"].forms[1].errors


def test_terms_changed_meanwhile_are_not_overwritten(
    manager: Client, contract: ServiceContract
) -> None:
    sent = written(contract, "apply", line(contract, target="2h"))
    ServiceContract.objects.update(version=9)
    assert post_terms(manager, contract, sent).status_code == 412
    assert Commitment.objects.get().target_seconds == 4 * HOUR


def test_a_contract_is_written_put_in_force_and_ended(cast: Any, manager: Client) -> None:
    calendar = factories.calendar()
    sent = {
        "kind": "sla", "name": "Nouveau", "reference": "N-1", "provider": cast.provider.pk,
        "client": cast.client_a.pk, "calendar": calendar.pk, "starts_on": "2026-01-01",
        "warn_percent": 80,
    }  # fmt: skip
    page(manager, "contract_add")
    answer = manager.post(reverse("contracts:contract_add"), sent)
    assert answer.status_code == 302
    made = ServiceContract.objects.get()
    assert made.state == ContractState.DRAFT
    activate = reverse("contracts:contract_activate", args=[made.pk])
    manager.post(activate)
    made.refresh_from_db()
    assert made.state == ContractState.DRAFT  # it promises nothing yet
    factories.commitment(made, "resolution", HOUR)
    manager.post(activate)
    made.refresh_from_db()
    assert made.state == ContractState.ACTIVE
    end = reverse("contracts:contract_end", args=[made.pk])
    assert manager.post(end, {"last_day": "2025-01-01"}).status_code == 422
    assert manager.post(end, {"last_day": "2026-12-31"}).status_code == 302
    made.refresh_from_db()
    assert made.state == ContractState.ENDED
    verbs = Entry.objects.filter(object_id=made.pk, object_type="contracts.servicecontract")
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "contract.create",
        "contract.activate",
        "contract.end",
    ]


def test_a_contract_without_client_is_refused(cast: Any, manager: Client) -> None:
    sent = {
        "kind": "sla", "name": "N", "reference": "N-1", "provider": cast.provider.pk,
        "calendar": factories.calendar().pk, "starts_on": "2026-01-01", "warn_percent": 75,
    }  # fmt: skip
    answer = manager.post(reverse("contracts:contract_add"), sent)
    assert answer.status_code == 422
    assert "client" in answer.context["form"].errors


def test_the_parties_of_a_contract_in_force_do_not_change(
    cast: Any, manager: Client, contract: ServiceContract
) -> None:
    sent = {
        "name": "Autre nom", "reference": contract.reference, "starts_on": "2020-01-01",
        "warn_percent": 60, "client": cast.client_b.pk, "version": contract.version,
    }  # fmt: skip
    page(manager, "contract_change", contract.pk)
    answer = manager.post(reverse("contracts:contract_change", args=[contract.pk]), sent)
    assert answer.status_code == 302
    contract.refresh_from_db()
    assert (contract.name, contract.client_id) == ("Autre nom", cast.client_a.pk)


def test_only_a_draft_is_deleted(cast: Any, manager: Client, contract: ServiceContract) -> None:
    draft = factories.contract(cast.client_a, state="draft", targets={"resolution": HOUR})
    for row in (draft, contract):
        manager.post(reverse("contracts:contract_delete", args=[row.pk]))
    assert list(ServiceContract.objects.all()) == [contract]


def test_the_whole_account_of_a_clock(
    cast: Any, signed_in: SignIn, contract: ServiceContract
) -> None:
    solved(contract, 1)
    clock = Clock.objects.get()
    seen = page(signed_in(cast.client_a, "contract.view"), "clock", clock.pk)
    assert "heures ouvrées" in seen
    page(signed_in(cast.client_b, "contract.view"), "clock", clock.pk, status=404)


def test_a_tickets_clocks_are_shown_with_their_account(contract: ServiceContract) -> None:
    from django.template.loader import render_to_string

    from compagnon.contracts import queries

    of = Subject("ticket", 1, contract.client_id or 0)
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    facts = Facts(2, "", None, None, "incident")
    clocks.start(actor=ACTOR, subject=of, facts=facts, at=at)
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_supplier", at=at + timedelta(hours=1))
    clocks.pause(actor=ACTOR, subject=of, reason="waiting_user", at=at + timedelta(hours=2))
    readings = queries.clocks_of("ticket", 1, as_of=at + timedelta(hours=3))
    shown = render_to_string("contracts/_clocks.html", {"readings": readings})
    assert "en attente de l’utilisateur" in shown
    assert "en attente d’un fournisseur, que ce contrat compte" in shown


def test_pages_ask_a_bounded_number_of_queries(
    manager: Client, contract: ServiceContract, django_assert_max_num_queries: Any
) -> None:
    for priority in range(1, 6):
        factories.commitment(contract, "take_up", HOUR * priority, priorities=[priority])
    for name, most in (("contract_list", 12), ("contract", 18), ("terms", 18)):
        args = [] if name == "contract_list" else [contract.pk]
        with django_assert_max_num_queries(most):
            page(manager, name, *args)
