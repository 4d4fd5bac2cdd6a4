"""How the room's values are written on pages."""

from __future__ import annotations

from django import template

from compagnon.people import rules

register = template.Library()


@register.filter
def phone(value: str) -> str:
    """Write a kept number for a person: «+33123456789» as «01 23 45 67 89»."""
    return rules.written_phone(value)
