"""What cannot be proven, and why, in a word that a program can act on."""

from __future__ import annotations


class Unproven(Exception):
    """Something does not hold, or cannot be read as what it should be.

    Args:
        code: a stable word («proof», «unknown-context», «too-large»).
        detail: what was met, in English, for who looks closer; never shown alone.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
