"""Why a file cannot be read at all. What is wrong with one row or value is in the report."""

from __future__ import annotations


class UnreadableSource(ValueError):
    """The file as a whole cannot be read; ``code`` names the rule, the message tells it.

    ``name`` (of the file, or of what was asked for) and ``detail`` (what it lacks, or holds) are
    for the sentence in the reader's language: see ``bringing_words``.
    """

    def __init__(self, code: str, message: str, *, name: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.name = name
        self.detail = detail
