"""The register of personal data and the proof of an erasure, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from compagnon.core import personal
from compagnon.core.errors import Text
from compagnon.people.models import Erasure
from compagnon.people.services.personal import terms


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the register of processing."""

    holding: personal.Holding
    basis: Text
    days: int | None

    @property
    def may_expire(self) -> bool:
        """Whether it goes by its age."""
        return self.holding.expire is not None


def lines() -> list[Line]:
    """Give the register, kind by kind."""
    in_force = terms()
    return [Line(one, personal.BASES[one.basis], in_force[one.key]) for one in personal.holdings()]


def table() -> tuple[list[str], list[list[str]]]:
    """Give the register as a head and rows of words."""
    head = [
        _("Kind"), _("Personal data"), _("Whose"), _("What"), _("Why"), _("Basis"),
        _("Who sees it"), _("Kept (days)"), _("Counted from"), _("What stays after an erasure"),
    ]  # fmt: skip
    rows = [
        [
            one.holding.key,
            *(
                str(text)
                for text in (
                    one.holding.title, one.holding.concerned, one.holding.content,
                    one.holding.purpose, one.basis, one.holding.recipients,
                )
            ),
            "" if one.days is None or not one.may_expire else str(one.days),
            str(one.holding.since),
            str(one.holding.stays),
        ]
        for one in lines()
    ]  # fmt: skip
    return head, rows


@dataclass(frozen=True, slots=True)
class Trace:
    """A column that held the person's name or address, before and after; rows."""

    place: str
    before: int
    after: int


def traces(erasure: Erasure) -> list[Trace]:
    """Give where the person was found, in words."""
    before = {one["place"]: one["rows"] for one in erasure.found}
    after = {one["place"]: one["rows"] for one in erasure.left}
    return [
        Trace(_place(place), before.get(place, 0), after.get(place, 0))
        for place in sorted({*before, *after})
    ]


def _place(place: str) -> str:
    label, _dot, name = place.rpartition(".")
    try:
        model: Any = apps.get_model(label)
        field = model._meta.get_field(name)
    except (LookupError, ValueError):
        return place
    return f"{capfirst(str(model._meta.verbose_name))} › {field.verbose_name}"
