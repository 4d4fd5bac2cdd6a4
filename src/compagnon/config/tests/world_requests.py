"""Service requests of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.contracts.models import RequestForm, RequestType
from compagnon.contracts.services import request_forms
from compagnon.desk import links, services
from compagnon.desk.services import requesting
from compagnon.desk.tests import factories
from compagnon.people.models import Team
from compagnon.people.tests.factories import actor, system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a request that waits for an approval."""
    asked = factories.ticket(side.person, title=f"Achat {mark}", team=side.team)
    approval = services.ask(
        actor=system(), ticket_id=asked.pk, name=f"Accord {mark}", details=f"Devis {mark}",
        persons=[side.manager], amount_cents=123_400,
    )  # fmt: skip
    _form(side, mark)
    side.tickets.append(asked)
    token = links.approval_link(approval.voices.get()).rstrip("/").rpartition("/")[2]
    side.objects.update(approval=approval, approval_token=token)


def _form(side: Side, mark: str) -> None:
    """A form with a plan, a request made by it and one that was begun."""
    # The catalogue belongs to no client: one form for both.
    request_type = side.objects["request_type"]
    program = system()
    if not RequestForm.objects.filter(request_type=request_type).exists():
        _build(request_type)
    version = RequestForm.objects.get(request_type=request_type).published
    assert version is not None
    made = requesting.ask_for(
        actor=program, request_type=request_type, version=version, requester=side.person,
        answers={"nom": f"Réponse {mark}"}, title=f"Demande {mark}",
    )  # fmt: skip
    for who in (side.person, side.manager):
        requesting.save_draft(
            actor=actor(who), request_type=request_type, answers={"nom": f"Commencé {mark}"}
        )
    side.tickets.append(made)
    side.objects.update(asked_type=request_type, asked=made)


def _build(request_type: RequestType) -> None:
    field = {"key": "nom", "kind": "text", "label": {"fr": "Nom"}}
    definition = {"sections": [{"key": "tout", "title": {"fr": "Tout"}, "fields": [field]}]}
    upper = Team.objects.get(name="Niveau 2").pk
    plan = {
        "approvals": [{"key": "accord", "name": {"fr": "Accord"}, "whom": "representatives"}],
        "tasks": [{"key": "faire", "title": {"fr": "Faire"}, "team_id": upper}],
    }
    request_forms.write_form(
        actor=system(), request_type=request_type, definition=definition, plan=plan
    )
    request_forms.publish_form(actor=system(), request_type=request_type)


def _kept(name: str) -> Callable[[Any], list[Any]]:
    return lambda side: [side.objects[name].pk]


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "catalogue/request-types/<type_id>": _kept("asked_type"),
    "catalogue/request-types/<type_id>/form/do/<name>": lambda _side: ["up", "publish"],
    "catalogue/request-types/<type_id>/form/<kind>": lambda _side: ["field"],
    "catalogue/request-types/<type_id>/form/<kind>/<key>": lambda _side: ["nom"],
    "portal/catalogue/<type_id>": _kept("asked_type"),
    "api/v1/request-types/<type_id>": _kept("asked_type"),
    "portal/approvals/<approval_id>": _kept("approval"),
    "portal/approvals/<approval_id>/do/<name>": lambda _side: ["decide", "hand-over", "give-up"],
    "approve/<token>": lambda side: [side.objects["approval_token"]],
    "api/v1/approvals/<approval_id>": _kept("approval"),
}
