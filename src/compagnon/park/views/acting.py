"""What every page of the room does: know who asks, check a verb, say what came of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Conflict, Invalid, Refused, SignInNeeded, Stale
from compagnon.core.lookups import key_of

# What a person can mend or should be told where they stand; anything else is a page of its own.
TOLD = (Conflict, Invalid, Refused, Stale)


def actor_of(request: HttpRequest, verb: str = "") -> Actor:
    """Give who asks.

    Args:
        verb: that some role must give, somewhere.

    Raises:
        SignInNeeded: nobody has signed in.
        Refused: no role gives the verb.
    """
    actor = cast("Actor", request.actor)  # type: ignore[attr-defined]
    if not actor.is_known:
        raise SignInNeeded
    if verb and not actor.scope.allows_somewhere(verb):
        raise Refused(_("Your roles do not show you this."))
    return actor


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


def number_of(request: HttpRequest, name: str) -> int | None:
    """Give a parameter of the address that is a number; nothing when it is none."""
    return key_of(request.GET.get(name, ""))


def sentence(error: CompagnonError) -> str:
    """Give what to show of an error, its fields' messages included."""
    texts = [str(text) for many in error.fields.values() for text in many]
    return " ".join(dict.fromkeys([str(error), *texts])) if texts else str(error)
