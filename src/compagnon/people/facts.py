"""What the rooms above know a person to be, read with the account of the session.

Somebody may be a juror or a candidate without any role. A room registers how that is seen in its
tables; each page then knows it without a query of its own, and shows the entries that serve them::

    facts.register("juror", lambda: Juror.objects.filter(person=OuterRef("person")))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, QuerySet

_FACTS: dict[str, Callable[[], QuerySet[Any]]] = {}


def register(name: str, rows: Callable[[], QuerySet[Any]]) -> None:
    """Have it known whether any of these rows is the person's (``OuterRef("person")``)."""
    _FACTS[name] = rows


def beside_account() -> dict[str, Exists]:
    """Give what to read beside an account."""
    return {f"fact_{name}": Exists(rows()) for name, rows in _FACTS.items()}


def of(account: object) -> frozenset[str]:
    """Give what was read beside an account; nothing where it was read otherwise."""
    return frozenset(name for name in _FACTS if getattr(account, f"fact_{name}", False))
