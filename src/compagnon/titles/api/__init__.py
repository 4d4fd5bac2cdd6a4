"""The API of ``titles``: thin twins of its pages."""

from ninja import Router

from compagnon.titles.api import outcomes

router = Router()
for part in (outcomes,):
    router.add_router("", part.router)
