"""What the palette finds of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.desk import picking
from compagnon.ui import palette
from compagnon.ui.navigation import Viewer


def tickets(viewer: Viewer, words: str) -> Iterator[palette.Found]:
    """Find tickets by their number, or by words of theirs."""
    for found in picking.pick_tickets(cast("Actor", viewer), words, limit=palette.FEW):
        yield palette.Found(
            f"{found.reference} {found.title}",
            reverse("desk:ticket", args=[found.pk]),
            f"{found.beneficiary} · {found.get_state_display()}",
            "ticket",
        )


palette.register(palette.Source("desk", _("Tickets"), tickets, order=10))
