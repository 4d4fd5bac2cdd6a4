"""A day's work by API: waits, bulk actions, presence, drafts, phrases, times, undoing."""

from __future__ import annotations

from ninja import Router

from compagnon.desk.api import bulk, phrases, presence, timesheet, undoing, waiting
from compagnon.desk.resources_daily import (
    ACTIVITY_TYPES,
    CANNED_REPLIES,
    TICKET_TEMPLATES,
    WAIT_REASONS,
)

router = Router()
for part in (bulk, phrases, presence, timesheet, undoing, waiting):
    router.add_router("", part.router)
for resource in (ACTIVITY_TYPES, WAIT_REASONS, CANNED_REPLIES, TICKET_TEMPLATES):
    router.add_router("", resource.routes())
