"""The API of ``park``: thin twins of its pages."""

from __future__ import annotations

from ninja import Router

from compagnon.park.api import inventory, types
from compagnon.park.resources import ASSET_TYPES, ASSETS

router = Router()
for part in (ASSETS.routes(), inventory.router, ASSET_TYPES.routes(), types.router):
    router.add_router("", part)
