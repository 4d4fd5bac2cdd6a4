"""A day's work by API: waits, bulk actions, presence, drafts, phrases, times, undoing."""

from __future__ import annotations

from ninja import Router

from compagnon.desk.api import bulk, presence, undoing, waiting
from compagnon.desk.resources_daily import WAIT_REASONS

router = Router()
for part in (bulk, presence, undoing, waiting):
    router.add_router("", part.router)
for resource in (WAIT_REASONS,):
    router.add_router("", resource.routes())
