"""Amounts and rates on the pages of supplies."""

from __future__ import annotations

from django import template

from compagnon.desk.documents.order import percent
from compagnon.park.money import amount

register = template.Library()


@register.simple_tag
def money(cents: int | None, currency: str = "EUR") -> str:
    """Write cents: «1 234,50 €»; nothing of none."""
    return "" if cents is None else amount(cents, currency)


@register.simple_tag
def rate(basis_points: int) -> str:
    """Write hundredths of a percent: 550 is «5,5 %»."""
    return percent(basis_points)
