"""What the parser refuses."""

from __future__ import annotations


class Unreadable(Exception):
    """The bytes cannot be shown as a message; keep them aside and say why.

    Args:
        reason_code: a stable word: ``empty``, ``too_large``, ``headers_too_large``,
            ``too_many_parts`` or ``too_deep``.
        detail: the measured value and the limit, in English, for the intake page.
    """

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail
