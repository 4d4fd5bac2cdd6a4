"""Who must approve an amount."""

from __future__ import annotations

REPRESENTATIVE, MANAGER = "representative", "manager"


def steps(
    total_cents: int, *, representative_over: int | None, manager_over: int | None
) -> list[str]:
    """Give who must approve, in order: nobody, the client's representative, the provider's too.

    Args:
        total_cents: with tax.
        representative_over: over it the client's representative is asked; ``None``: never.
        manager_over: over it the provider's manager is asked too; ``None``: never.
    """
    found = []
    if representative_over is not None and total_cents > representative_over:
        found.append(REPRESENTATIVE)
    if manager_over is not None and total_cents > manager_over:
        found.append(MANAGER)
    return found
