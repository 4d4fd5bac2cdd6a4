"""The desk by API: tickets, work, received mail, settings."""

from ninja import Router

from compagnon.desk.api import intake, tickets, work

router = Router()
for part in (tickets, work, intake):
    router.add_router("", part.router)
