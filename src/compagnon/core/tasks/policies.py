"""How often a task is tried again, how long one attempt may take, and what is kept of it."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a task's function asks of the workers. Times are in seconds.

    Args:
        max_attempts: how many times it is begun at most, the crashes of a worker included.
        timeout: after this long one attempt is given up as failed, although Python cannot stop
            its thread: what it still does must be harmless beside the next attempt.
        first_delay: the wait after the first failure; it doubles after each other one.
        longest_delay: the wait grows no further than that.
    """

    max_attempts: int = 8
    timeout: float = 300.0
    first_delay: float = 2.0
    longest_delay: float = 3600.0


DEFAULT = Policy()
_POLICIES: dict[str, Policy] = {}


class RetryLater(Exception):
    """Raised by a task that cannot be done now: it is tried again after ``seconds``.

    Counts as an attempt, so that «later» does not become «never» unseen.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"to be tried again in {seconds:g} s")
        self.seconds = seconds


class GiveUp(Exception):
    """Raised by a task that no other attempt can mend: it goes to the dead letters at once."""


def policy(
    *,
    max_attempts: int = DEFAULT.max_attempts,
    timeout: float = DEFAULT.timeout,
    first_delay: float = DEFAULT.first_delay,
    longest_delay: float = DEFAULT.longest_delay,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the policy of a task; stands under ``@task``. See :class:`Policy`."""
    declared = Policy(max_attempts, timeout, first_delay, longest_delay)

    def register(function: Callable[P, R]) -> Callable[P, R]:
        _POLICIES[f"{function.__module__}.{function.__qualname__}"] = declared
        return function

    return register


def policy_of(path: str) -> Policy:
    """Give the policy declared for the function of that dotted path, or the default."""
    if path not in _POLICIES:
        # Who takes back a dead worker's task may never have run one of that module.
        with contextlib.suppress(ImportError):
            import_module(path.rpartition(".")[0])
    return _POLICIES.get(path, DEFAULT)


def delay(rule: Policy, attempt: int, *, chance: Callable[[], float] = random.random) -> float:
    """Give the seconds to wait after the failed ``attempt`` (1 is the first).

    Doubles each time up to ``longest_delay``, then takes between half and all of that, so that
    what failed together does not come back together.
    """
    # 2**30 seconds is beyond any limit, and keeps the number a sane float.
    grown = min(rule.longest_delay, rule.first_delay * 2.0 ** min(attempt - 1, 30))
    return grown * (0.5 + chance() / 2)
