"""What can be refused, as types with a code; mapped to HTTP once, here.

::

    CompagnonError            500
     ├─ Refused               403  the actor may not do that
     ├─ SignInNeeded          401  nobody has signed in
     ├─ NotFound              404  no such object, or not visible: the answer is the same
     ├─ Conflict              409  the object's state does not allow it
     ├─ Stale                 412  somebody changed the object since it was read
     ├─ TooLarge              413  the input is over a limit
     ├─ Invalid               422  the input does not say something that can be done
     └─ TooMany               429  too many calls in too little time

Every error's ``str`` is a sentence for a person, in the language in force when it is shown.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class CompagnonError(Exception):
    """The root of what a service can refuse.

    Args:
        detail: what happened and what to do next, for a person.
        code: a stable word a program can act on; the class's own unless given.
        fields: messages by field name, where the input came as fields.
        retry_after: seconds to wait, where waiting helps.
    """

    code = "error"
    status = 500
    title: Text = _("The request could not be carried out")

    def __init__(
        self,
        detail: Text = "",
        *,
        code: str | None = None,
        fields: dict[str, list[Text]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail: Text = detail or self.title
        self.code = code or type(self).code
        self.fields = fields or {}
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.detail)

    def problem(self) -> dict[str, Any]:
        """Give the RFC 9457 document for this error."""
        document: dict[str, Any] = {
            "type": f"urn:compagnon:problem:{self.code}",
            "title": str(self.title),
            "status": self.status,
            "detail": str(self.detail),
            "code": self.code,
        }
        if self.fields:
            document["errors"] = [
                {"field": name, "message": str(message)}
                for name, messages in self.fields.items()
                for message in messages
            ]
        return document


class Refused(CompagnonError):
    """The actor may not do that."""

    code = "refused"
    status = 403
    title = _("You may not do that")


class SignInNeeded(CompagnonError):
    """Nobody has signed in, or the token is not valid."""

    code = "sign-in-needed"
    status = 401
    title = _("Sign in first")


class NotFound(CompagnonError):
    """No such object, or the actor does not see it: the two are told the same way."""

    code = "not-found"
    status = 404
    title = _("Not found")


class Conflict(CompagnonError):
    """The object's state does not allow it."""

    code = "conflict"
    status = 409
    title = _("This cannot be done now")


class Stale(CompagnonError):
    """Somebody changed the object since it was read."""

    code = "stale"
    status = 412
    title = _("Somebody changed this meanwhile")


class TooLarge(CompagnonError):
    """The input is over a limit."""

    code = "too-large"
    status = 413
    title = _("Too large")


class Invalid(CompagnonError):
    """The input does not say something that can be done."""

    code = "invalid"
    status = 422
    title = _("Some values are not valid")


class TooMany(CompagnonError):
    """Too many calls in too little time."""

    code = "too-many"
    status = 429
    title = _("Too many calls")
