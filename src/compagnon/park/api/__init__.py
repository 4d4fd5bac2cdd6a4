"""The API of ``park``: thin twins of its pages."""

from __future__ import annotations

from ninja import Router

from compagnon.park.api import (
    alerts,
    discovery,
    documents,
    inventory,
    life,
    needs,
    relations,
    stock,
    supplies,
    types,
)
from compagnon.park.resources import ASSET_TYPES, ASSETS
from compagnon.park.resources_alerts import ALERT_RULES
from compagnon.park.resources_life import RESOURCES as LIFE
from compagnon.park.resources_relations import RELATION_KINDS
from compagnon.park.resources_supplies import LICENCES, NEEDS_STUDIES, SUPPLIER_CONTRACTS

router = Router()
for part in (
    ASSETS.routes(),
    inventory.router,
    discovery.router,
    ASSET_TYPES.routes(),
    types.router,
    life.router,
    stock.router,
    documents.router,
    *(one.routes() for one in LIFE),
    relations.router,
    RELATION_KINDS.routes(),
    LICENCES.routes(),
    SUPPLIER_CONTRACTS.routes(),
    NEEDS_STUDIES.routes(),
    supplies.router,
    needs.router,
    alerts.router,
    ALERT_RULES.routes(),
):
    router.add_router("", part)
