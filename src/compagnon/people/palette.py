"""What the palette finds of ``people``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.people.queries import pick_persons
from compagnon.ui import palette
from compagnon.ui.navigation import Viewer


def persons(viewer: Viewer, words: str) -> Iterator[palette.Found]:
    """Find persons by the beginnings of words of their name, of an address or of a number."""
    for found in pick_persons(cast("Actor", viewer), words)[: palette.FEW]:
        yield palette.Found(
            str(found),
            reverse("people:person_detail", args=[found.pk]),
            found.organisation.name,
            "user",
        )


palette.register(palette.Source("people", _("People"), persons, "person.view", order=20))
