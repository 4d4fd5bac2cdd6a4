"""An order to a supplier, as a PDF in its language."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from compagnon.core.documents.engine import Standard, render
from compagnon.desk.models import PurchaseOrder
from compagnon.desk.supplying import amounts
from compagnon.park.money import amount

TEMPLATE = Path(__file__).parent / "templates" / "order.typ"


def order_document(order: PurchaseOrder) -> bytes:
    """Make the document of an order.

    Raises:
        CompagnonError: as :func:`compagnon.core.documents.engine.render`.
    """
    with translation.override(order.language):
        return render(TEMPLATE, _data(order), standard=Standard.ACCESSIBLE, made_at=order.made_at)


def percent(basis_points: int) -> str:
    """Write a rate: 2000 is «20 %», 550 «5,5 %»."""
    whole, rest = divmod(basis_points, 100)
    digits = 0 if not rest else (1 if rest % 10 == 0 else 2)
    return f"{number_format(whole + rest / 100, digits)}\u00a0%"


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _data(order: PurchaseOrder) -> dict[str, Any]:
    lines = list(order.lines.all())
    reckoned = amounts.totals(lines)
    heading = _("Order %(number)s") % {"number": order.reference}
    facts = [
        (_("Date"), _day(order.ordered_on)),
        (_("Supplier"), order.supplier.name),
        (_("Your quote"), order.quote.reference),
        (_("Deliver to"), order.deliver_to),
        (_("Expected on"), _day(order.expected_on)),
        (_("Our reference"), f"{order.supply.reference} / {order.supply.ticket.reference}"),
        (_("Budget code"), order.supply.budget_code),
    ]
    totals = [(_("Before tax"), reckoned.net)]
    totals += [
        (_("VAT %(rate)s on %(base)s")
         % {"rate": percent(one.vat_bp), "base": amount(one.net, order.currency)}, one.vat)
        for one in reckoned.rates
    ]  # fmt: skip
    totals.append((_("Total with tax"), reckoned.total))
    return {
        "title": heading,
        "author": order.organisation.name,
        "language": order.language,
        "reference": order.reference,
        "footer": heading,
        "heading": heading,
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "header": [_("Designation"), _("Quantity"), _("Unit price"), _("Discount"), _("VAT"),
                   _("Before tax")],
        "lines": [
            {
                "designation": line.designation,
                "reference": line.reference,
                "cells": [
                    number_format(line.quantity, force_grouping=True),
                    amount(line.unit_price_cents, order.currency),
                    percent(line.discount_bp) if line.discount_bp else "–",
                    percent(line.vat_bp),
                    amount(line.net_cents, order.currency),
                ],
            }
            for line in lines
        ],
        "totals": [[label, amount(value, order.currency)] for label, value in totals],
        "note_title": _("Note"),
        "note": order.note,
        "statement": _("Please write the number %(number)s on your delivery note and invoice.")
        % {"number": order.reference},
    }  # fmt: skip
