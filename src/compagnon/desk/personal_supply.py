"""What supplies keep of a person: what was wished for them and why, who ordered and approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import ERASED, Basis, Holding, Subject, register
from compagnon.desk.models import PurchaseOrder, SupplyCase, SupplyStep
from compagnon.desk.supplying import stages


def _wishes(subject: Subject) -> QuerySet[SupplyCase]:
    # Two ways to find them, each by its index; joined by OR, none would be used.
    every = SupplyCase.objects.order_by()
    keys = every.filter(beneficiary_id=subject.person_id).values("pk")
    keys = keys.union(every.filter(ticket__requester_id=subject.person_id).values("pk"))
    return SupplyCase.objects.filter(pk__in=keys)


def _tell_wishes(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _wishes(subject).order_by("pk"):
        yield {
            "supply": row.reference,
            "what": row.title,
            "why": row.reason,
            "quantity": row.quantity,
            "wanted_by": row.wanted_by,
            "stage": row.stage,
            "wished": row.made_at,
        }


def _forget_wishes(subject: Subject) -> int:
    rows = _wishes(subject)
    PurchaseOrder.objects.filter(supply__in=rows.values("pk")).exclude(deliver_to="").update(
        deliver_to=ERASED
    )
    return rows.exclude(reason=ERASED).update(reason=ERASED, title=ERASED)


def _going(subject: Subject) -> list[str]:
    rows = _wishes(subject).exclude(stage__in=stages.OVER | {stages.REFUSED})
    return [
        gettext("Supply %(reference)s is not over.") % {"reference": row.reference}
        for row in rows.order_by("pk")[:20]
    ]


def _acts(subject: Subject) -> int:
    mine = subject.person_id
    return (
        PurchaseOrder.objects.filter(ordered_by_id=mine).count()
        + SupplyStep.objects.filter(decided_by_id=mine).count()
    )


def _tell_acts(subject: Subject) -> Iterable[Mapping[str, Any]]:
    mine = subject.person_id
    for row in PurchaseOrder.objects.filter(ordered_by_id=mine).order_by("pk"):
        yield {"ordered": row.reference, "on": row.ordered_on}
    for step in SupplyStep.objects.filter(decided_by_id=mine).order_by("pk"):
        yield {"decided": step.state, "on": step.decided_at, "reason": step.reason}


register(
    Holding(
        key="desk.supplies",
        order=5,
        title=_("Wishes and supplies"),
        concerned=_("Those who wish for equipment or services, and for whom it is"),
        content=_("What is wished for and why, where it is delivered"),
        purpose=_("To have it approved, to order it, to hand it over"),
        basis=Basis.CONTRACT,
        recipients=_("Who manages supplies, who approves them"),
        since=_("as the request"),
        count=lambda subject: _wishes(subject).count(),
        export=_tell_wishes,
        erase=_forget_wishes,
        hindrances=_going,
        models=(
            "desk.supplycase", "desk.quote", "desk.quoteline", "desk.orderline",
            "desk.deliveryline", "desk.suppliedasset", "desk.orderseries",
        ),
        stays=_("Amounts, suppliers and dates of what was ordered, without the words of the wish."),
    ),
    Holding(
        key="desk.supply_acts",
        order=5,
        title=_("Orders and approvals"),
        concerned=_("Those who order, approve, receive"),
        content=_("Who ordered, who approved and why, who received, and when"),
        purpose=_("To account for what was bought (code de commerce, article L123-22: ten years)"),
        basis=Basis.LEGAL,
        recipients=_("Who manages supplies, who approves them"),
        since=_("the order"),
        count=_acts,
        export=_tell_acts,
        models=(
            "desk.purchaseorder", "desk.supplystep", "desk.approvalthreshold", "desk.delivery",
            "desk.supplierinvoice",
        ),
        stays=_("The name stays with the document, as the law asks."),
    ),
)  # fmt: skip
