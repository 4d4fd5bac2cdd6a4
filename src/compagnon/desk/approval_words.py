"""How approvals are told: amounts, who was asked, what a page shows of one."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import get_language

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def money(amount: str, currency: str) -> str:
    """Give «1 234,50 €» or «€1,234.50», in the language in force."""
    number = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency)
    if (get_language() or "fr").startswith("fr") or sign is None:
        return f"{number}\u202f{sign or currency}"
    return f"{sign}{number}"
