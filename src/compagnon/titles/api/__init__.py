"""The API of ``titles``: thin twins of its pages."""

from ninja import Router

router = Router()
