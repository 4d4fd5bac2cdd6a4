"""Why a file cannot be read."""

from __future__ import annotations


class UnreadableList(Exception):
    """The file is not a list that we read.

    Args:
        reason: one word: ``empty``, ``too_large``, ``too_many_rows``, ``too_many_columns``,
            ``not_a_workbook``, ``bomb``, ``not_json``, ``no_header``.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
