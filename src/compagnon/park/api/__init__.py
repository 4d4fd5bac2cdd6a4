"""The API of ``park``: thin twins of its pages."""

from ninja import Router

router = Router()
