"""The API of ``titles``: thin twins of its pages."""

from ninja import Router

from compagnon.titles.api import (
    candidacies,
    decisions,
    dossiers,
    evidence,
    outcomes,
    referentials,
    results,
)

router = Router()
for part in (outcomes, referentials, decisions, results):
    router.add_router("", part.router)
