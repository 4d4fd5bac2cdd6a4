"""Why a document was not read."""

from __future__ import annotations


class Unreadable(Exception):
    """The document cannot be read as what it is, or was said to be.

    Args:
        code: a stable word: ``too-large``, ``no-text-layer``, ``not-recognised``…
        detail: what was found, for a person; in English.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
