"""Amounts on the park's pages."""

from __future__ import annotations

from decimal import Decimal

from django import template

from compagnon.park.money import amount

register = template.Library()


@register.filter
def euros(value: Decimal | int | None) -> str:
    """Write an amount in euros: «1 234,50 €»; nothing of none."""
    return "" if value is None else amount(round(Decimal(value) * 100))
