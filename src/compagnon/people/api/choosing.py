"""Turning a key that was sent into a row that the caller sees."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible

M = TypeVar("M", bound=Model)


def chosen(model: type[M], actor: Actor, key: int, field: str) -> M:
    """Give the row.

    Raises:
        Invalid: there is none, or the actor does not see it; told the same way.
    """
    found = visible(model, actor).filter(pk=key).first()
    if found is None:
        raise Invalid(fields={field: [_("There is no such row, or you do not see it.")]})
    return found
