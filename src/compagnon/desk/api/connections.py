"""The API of what ties the desk to other programs."""

from __future__ import annotations

from ninja import Router

from compagnon.desk.api import webhooks

router = Router()
for part in (webhooks,):
    router.add_router("", part.router)
