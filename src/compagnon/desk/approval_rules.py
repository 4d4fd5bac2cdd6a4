"""What the answers to an approval come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from compagnon.desk.models import Answer, ApprovalRule, ApprovalState

REMIND_AFTER = (2, 4, 7)


def threshold(rule: str, needed: int, voices: int) -> int:
    """Give how many have to agree, at least one.

    A step that asks for more than there are waits until others are named.
    """
    if rule == ApprovalRule.ALL:
        return max(voices, 1)
    return max(needed, 1) if rule == ApprovalRule.COUNT else 1


def verdict(rule: str, needed: int, answers: Iterable[str]) -> ApprovalState | None:
    """Give what the answers come to; ``None``: others are awaited.

    Approved as soon as enough agree; refused as soon as refusals leave too few who could. Who was
    replaced no longer counts.
    """
    counted = [one for one in answers if one != Answer.PASSED]
    wanted = threshold(rule, needed, len(counted))
    yes, no = counted.count(Answer.YES), counted.count(Answer.NO)
    if yes >= wanted:
        return ApprovalState.APPROVED
    if no and len(counted) - no < wanted:
        return ApprovalState.REFUSED
    return None
