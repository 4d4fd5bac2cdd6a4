"""Asking for an approval, from a ticket's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.desk import services
from compagnon.desk.forms.approvals import AskApprovalForm
from compagnon.desk.models import OPEN_STATES, ApprovalRule, AskedOf, Ticket
from compagnon.desk.page_verbs import PageVerb, Values, version


def _ask(actor: Actor, ticket: Ticket, values: Values) -> object:
    return services.ask(
        actor=actor,
        ticket_id=ticket.pk,
        name=values["name"],
        details=values["details"],
        asked_of=AskedOf(values["asked_of"]),
        persons=[values["person"]] if values["person"] else [],
        team=values["team"],
        rule=ApprovalRule(values["rule"]),
        needed=values["needed"] or 1,
        amount_cents=AskApprovalForm.cents(values["amount"]),
        due_days=values["due_days"],
        **version(values),
    )


VERBS: tuple[PageVerb, ...] = (
    PageVerb(
        "ask-approval",
        _("Ask for an approval"),
        "checks",
        "approval.ask",
        AskApprovalForm,
        _ask,
        _("The approval is asked; the ticket waits for it."),
        OPEN_STATES,
        wide=True,
    ),
)
