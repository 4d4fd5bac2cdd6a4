"""Candidacies to decide on, complete unless a test takes something away."""

from __future__ import annotations

from typing import Any

from compagnon.titles.ruling import Decision, decide, read_candidacy

PROFESSIONALS = [{"name": "A", "quality": "professional"}, {"name": "B", "quality": "professional"}]
PAIR = [{"name": "A", "quality": "professional"}, {"name": "B", "quality": "trainer"}]
CONTINUOUS: dict[str, Any] = {
    "title": {"code": "TP-00485", "version": "2013"},
    "path": "continuous",
    "date": "2014-06-20",
    "training": {"completed_on": "2014-06-13"},
    "elements": {
        "course_results": True, "practice_dossier": True, "situation": True, "interview": True,
    },
    "jury": {"members": PROFESSIONALS},
    "proposal": {"granted": True},
}  # fmt: skip
VAE: dict[str, Any] = {
    "title": {"code": "TP-00485", "version": "2013"},
    "path": "vae",
    "date": "2014-06-20",
    "experience": {"years": 3},
    "admissibility": {"status": "favourable", "notified_on": "2014-01-15"},
    "elements": {"practice_dossier": True, "situation": True, "interview": True},
    "jury": {"members": PROFESSIONALS},
    "proposal": {"granted": True},
}
CCP: dict[str, Any] = {
    "title": {"code": "TP-00485", "version": "2013"},
    "path": "discontinuous",
    "request": {"kind": "ccp", "ccps": ["2"]},
    "date": "2014-06-20",
    "elements": {"situation": True, "practice_dossier": True},
    "jury": {"members": PAIR},
    "proposal": {"granted": True},
}
CAPITALISED: dict[str, Any] = {
    "title": {"code": "TP-00485", "version": "2013"},
    "path": "discontinuous",
    "date": "2014-06-20",
    "held": [
        {"ccp": "1", "obtained_on": "2010-01-10"},
        {"ccp": "2", "obtained_on": "2012-05-20"},
        {"ccp": "3", "obtained_on": "2014-05-12"},
    ],
    "elements": {"interview": True},
    "jury": {"members": PROFESSIONALS},
    "proposal": {"granted": True},
}
CCS: dict[str, Any] = {
    "title": {"code": "TP-00485", "version": "2013"},
    "path": "continuous",
    "request": {"kind": "ccs", "ccs": "CCS X", "host_titles": ["TP-00485"]},
    "date": "2014-06-20",
    "training": {"completed": True},
    "titles_held": [{"code": "TP-00485", "obtained_on": "2013-12-02"}],
    "elements": {"situation": True, "interview": True},
    "jury": {"members": PROFESSIONALS},
    "proposal": {"granted": True},
}


def decided(base: dict[str, Any], **changes: Any) -> Decision:
    """Decide on a candidacy with some keys changed; ``None`` takes one away."""
    merged = {**base, **changes}
    return decide(
        read_candidacy({key: value for key, value in merged.items() if value is not None})
    )


def outcome(base: dict[str, Any], **changes: Any) -> str:
    """Give the outcome only."""
    return str(decided(base, **changes).outcome)


def without(base: dict[str, Any], *kinds: str) -> dict[str, Any]:
    """Give the elements of a candidacy less some."""
    return {key: value for key, value in base["elements"].items() if key not in kinds}


def jury(*qualities: str, **more: Any) -> dict[str, Any]:
    """A jury of these qualities, each member with ``more``."""
    return {"members": [{"quality": quality, **more} for quality in qualities]}
