"""The API of ``titles``: thin twins of its pages."""

from ninja import Router

from compagnon.titles.api import (
    candidacies,
    centres,
    decisions,
    dossiers,
    evaluations,
    evidence,
    juries,
    keeping,
    outcomes,
    referentials,
    results,
    sessions,
    statistics,
)

router = Router()
for part in (
    outcomes,
    referentials,
    decisions,
    results,
    statistics,
    candidacies,
    evidence,
    dossiers,
    evaluations,
    sessions,
    centres,
    juries,
    keeping,
):
    router.add_router("", part.router)
