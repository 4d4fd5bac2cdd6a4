"""What the palette finds of the park."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.park.policies import VIEW
from compagnon.park.queries.picking import pick_assets
from compagnon.ui import palette
from compagnon.ui.navigation import Viewer


def assets(viewer: Viewer, words: str) -> Iterator[palette.Found]:
    """Find machines by the beginning of their name, by a number or an address of theirs."""
    for found in pick_assets(cast("Actor", viewer), words, limit=palette.FEW):
        yield palette.Found(
            found.name,
            reverse("park:asset_detail", args=[found.pk]),
            f"{found.type} · {found.organisation}",
            "device-desktop",
        )


palette.register(palette.Source("park", _("Machines"), assets, VIEW, order=30))
