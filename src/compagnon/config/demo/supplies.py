"""The demonstration's supplies: one that waits for its quotes' choice, one delivered in part."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.desk.models import ApprovalThreshold, Notice, Ticket
from compagnon.desk.services import (
    supply_approving,
    supply_ordering,
    supply_quotes,
    supply_receiving,
    supply_wishes,
)
from compagnon.desk.services.supply_receiving import Received
from compagnon.park import shipped_types
from compagnon.people.models import Organisation
from compagnon.people.services import organisations

SUPPLIERS = ("Bureautique du Rhône", "Comptoir du poste de travail")
SCREENS = (
    ("Écran 27 pouces", 21_990, 500),
    ("Écran 27 pouces", 23_450, 0),
)


def fill(actor: Actor, client: Organisation, provider: Organisation, *, on: date) -> None:
    """Add two supplies to the client, on requests that are open."""
    rows = Ticket.objects.filter(
        organisation__path__startswith=client.path, state__in=["new", "open", "pending"]
    )
    # Service requests first, where enough of them are open.
    tickets = list(rows.order_by("-kind", "-opened_at", "-pk")[:2])
    if len(tickets) < 2:
        return
    ApprovalThreshold.objects.create(
        organisation=client, representative_over_cents=100_000, manager_over_cents=1_000_000
    )
    sellers = [organisations.create(actor=actor, name=name, parent=provider) for name in SUPPLIERS]
    _compared(actor, tickets[0], sellers, on)
    _delivered(actor, tickets[1], sellers[1], on)
    for one in tickets:
        # The story of a seed is the same whenever it is told: requests keep their last day.
        Ticket.objects.filter(pk=one.pk).update(activity_at=one.activity_at)
        Notice.objects.filter(ticket=one, created_at__gt=one.activity_at).update(
            created_at=one.activity_at
        )


def _compared(actor: Actor, ticket: Ticket, sellers: list[Organisation], on: date) -> None:
    case = supply_wishes.wish(
        actor=actor, ticket_id=ticket.pk, title="Six écrans pour l’accueil", quantity=6,
        reason="Les écrans de l’accueil ont neuf ans et scintillent.", budget_code="INF-2026-04",
        # A demonstration told of a day long past wishes for today at the earliest.
        wanted_by=max(on + timedelta(days=30), timezone.localdate()),
    )  # fmt: skip
    for seller, (name, price, discount) in zip(sellers, SCREENS, strict=True):
        supply_quotes.keep_quote(
            actor=actor, supply_id=case.pk, supplier=seller, reference=f"D-{seller.pk:04}",
            received_on=on, valid_until=on + timedelta(days=45), delivery_days=8,
            lines=[
                {"designation": name, "reference": "E27-QHD", "quantity": 6,
                 "unit_price_cents": price, "discount_bp": discount, "warranty_months": 36},
                {"kind": "service", "designation": "Livraison", "quantity": 1,
                 "unit_price_cents": 3_900},
            ],
        )  # fmt: skip


def _delivered(actor: Actor, ticket: Ticket, seller: Organisation, on: date) -> None:
    case = supply_wishes.wish(
        actor=actor, ticket_id=ticket.pk, title="Deux portables", quantity=2,
        reason="Deux personnes arrivent le mois prochain.", budget_code="INF-2026-07",
    )  # fmt: skip
    quote = supply_quotes.keep_quote(
        actor=actor, supply_id=case.pk, supplier=seller, reference="D-2207", received_on=on,
        delivery_days=10,
        lines=[{"designation": "Portable 14 pouces", "reference": "P14-G5", "quantity": 2,
                "unit_price_cents": 39_900, "warranty_months": 36}],
    )  # fmt: skip
    supply_quotes.retain(actor=actor, quote_id=quote.pk)
    supply_approving.submit(actor=actor, supply_id=case.pk)
    order = supply_ordering.order(actor=actor, supply_id=case.pk, hold=False)
    line = order.lines.get()
    supply_receiving.receive(
        actor=actor,
        order_id=order.pk,
        note_number="BL-4471",
        lines=[
            Received(
                line_id=line.pk,
                accepted=1,
                serials=("5CG4471KQ2",),
                manufacturer="Arpège",
                asset_type=shipped_types.ensure("laptop"),
            )
        ],
    )
