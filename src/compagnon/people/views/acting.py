"""What every page of the room does: know who asks, try a service, say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Conflict, Invalid, Refused, SignInNeeded, Stale

M = TypeVar("M", bound=Model)
# What a person can mend or should be told where they stand; anything else is a page of its own.
TOLD = (Conflict, Invalid, Refused, Stale)


def actor_of(request: HttpRequest) -> Actor:
    """Give who asks.

    Raises:
        SignInNeeded: nobody has signed in.
    """
    actor = cast("Actor", request.actor)  # type: ignore[attr-defined]
    if not actor.is_known:
        raise SignInNeeded
    return actor


def one(model: type[M], actor: Actor, pk: int, rows: QuerySet[M] | None = None) -> M:
    """Give the row that the address names.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return visibility.get_visible(model, actor, rows, pk=pk)


def attempt(
    request: HttpRequest, action: Callable[[], object], done: str | Promise
) -> CompagnonError | None:
    """Try a service and tell what came of it; gives what it refused."""
    try:
        action()
    except TOLD as error:
        messages.error(request, sentence(error))
        return error
    messages.success(request, str(done))
    return None


def sentence(error: CompagnonError) -> str:
    """Give what to show of an error, its fields' messages included."""
    texts = [str(text) for many in error.fields.values() for text in many]
    return " ".join(dict.fromkeys([str(error), *texts])) if texts else str(error)
