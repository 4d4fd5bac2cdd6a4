"""The one way in which anything changes: a *service*.

A service is a keyword-only function that takes ``actor``. The decorator runs it in a transaction
(a savepoint where the caller opened one, the caller's own when a service calls it), refuses an
unknown caller, and keeps it in a register that tests walk: every service must journal, and must
be reachable by a verb.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from django.db import transaction

from compagnon.core.actor import Actor
from compagnon.core.errors import Refused, SignInNeeded

P = ParamSpec("P")
R = TypeVar("R")

_inside: ContextVar[bool] = ContextVar("compagnon_inside_a_service", default=False)
_SERVICES: dict[str, Callable[..., object]] = {}


def service(verb: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a function as the service for ``verb``.

    Raises:
        TypeError: at import, if the function has a positional parameter or takes no ``actor``.
        SignInNeeded: at the call, if nobody is known to act.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        if "actor" not in parameters or any(
            parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            for parameter in parameters.values()
        ):
            raise TypeError(f"{function.__qualname__} must take keywords only, among them actor")

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if not cast("Actor", kwargs["actor"]).is_known:
                raise SignInNeeded
            if _inside.get():
                # A service called by a service is part of it: no savepoint, all or nothing.
                with transaction.atomic(savepoint=False):
                    return function(*args, **kwargs)
            token = _inside.set(True)
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            finally:
                _inside.reset(token)

        _SERVICES[f"{function.__module__}.{function.__qualname__}"] = run
        run.verb = verb  # type: ignore[attr-defined]
        return run

    return decorate


def all_services() -> dict[str, Callable[..., object]]:
    """Give every declared service by its dotted name."""
    return dict(_SERVICES)


def require(
    condition: bool,
    message: str = "",
) -> None:
    """Refuse unless the condition holds.

    Raises:
        Refused: it does not; the message names the rule.
    """
    if not condition:
        raise Refused(message)
