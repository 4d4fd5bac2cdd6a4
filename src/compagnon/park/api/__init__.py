"""The API of ``park``: thin twins of its pages."""

from __future__ import annotations

from ninja import Router

from compagnon.park.api import inventory, relations, types
from compagnon.park.resources import ASSET_TYPES, ASSETS
from compagnon.park.resources_relations import RELATION_KINDS

router = Router()
for part in (
    ASSETS.routes(),
    inventory.router,
    ASSET_TYPES.routes(),
    types.router,
    relations.router,
    RELATION_KINDS.routes(),
):
    router.add_router("", part)
