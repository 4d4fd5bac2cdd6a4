"""The API of ``contracts``: thin twins of its pages."""

from ninja import Router

from compagnon.contracts.api import calendars, clocks, contracts, request_forms
from compagnon.contracts.resources import REQUEST_TYPES, SERVICES

router = Router()
router.add_router("", SERVICES.routes())
router.add_router("", REQUEST_TYPES.routes())
router.add_router("", calendars.router)
router.add_router("", contracts.router)
router.add_router("", clocks.router)
router.add_router("", request_forms.router)
