"""Why a file cannot be read at all. What is wrong with one row or value is in the report."""

from __future__ import annotations


class UnreadableSource(ValueError):
    """The file as a whole cannot be read; ``code`` names the rule, the message tells it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
