"""Amounts in words for a page: cents as the reader's language writes them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}


def amount(cents: int, currency: str = "EUR") -> str:
    """Write an amount: «1 234,50 €» in French, “€1,234.50” in English."""
    text = number_format(Decimal(cents) / 100, 2, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency, currency)
    if (get_language() or "").startswith("fr"):
        return f"{text}\u00a0{sign}"
    return f"{sign}\u00a0{text}" if len(sign) > 1 else f"{sign}{text}"
