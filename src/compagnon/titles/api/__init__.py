"""The API of ``titles``: thin twins of its pages."""

from ninja import Router

from compagnon.titles.api import decisions, outcomes, referentials

router = Router()
for part in (outcomes, referentials, decisions):
    router.add_router("", part.router)
