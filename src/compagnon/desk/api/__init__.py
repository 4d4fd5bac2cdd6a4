"""The desk by API: tickets, work, received mail, settings."""

from ninja import Router

from compagnon.desk.api import (
    approvals,
    assets,
    connections,
    copied,
    daily,
    imports,
    intake,
    notices,
    outgoing,
    picking,
    planning,
    queue_columns,
    reading,
    requests,
    rules,
    saved_views,
    supply,
    supply_orders,
    tags,
    tickets,
    ties,
    watching,
    work,
)
from compagnon.desk.resources import CATEGORIES, MAILBOXES

router = Router()
for part in (
    picking,
    planning,
    tickets,
    tags,
    approvals,
    requests,
    assets,
    ties,
    watching,
    copied,
    notices,
    reading,
    work,
    intake,
    outgoing,
    rules,
    saved_views,
    queue_columns,
    imports,
):
    router.add_router("", part.router)
router.add_router("", daily.router)
router.add_router("", connections.router)
router.add_router("", supply.router)
router.add_router("", supply_orders.router)
for resource in (CATEGORIES, MAILBOXES):
    router.add_router("", resource.routes())
