"""The API of what ties the desk to other programs."""

from __future__ import annotations

from ninja import Router

from compagnon.desk.api import alerts, fetching, protection, webhooks
from compagnon.desk.resources_connections import RESOURCES

router = Router()
for part in (webhooks, alerts, fetching, protection):
    router.add_router("", part.router)
for resource in RESOURCES:
    router.add_router("", resource.routes())
