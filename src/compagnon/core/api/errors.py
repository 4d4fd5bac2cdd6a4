"""Every error of the API, told as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from compagnon.core.api import unreadable
from compagnon.core.errors import (
    CompagnonError,
    Conflict,
    Invalid,
    NotFound,
    Refused,
    SignInNeeded,
    Stale,
    Text,
    TooLarge,
    TooMany,
)

PROBLEM = "application/problem+json"


class Malformed(CompagnonError):
    """The request cannot be read."""

    code = "malformed"
    status = 400
    title = _("This request cannot be read")


class MethodNotAllowed(CompagnonError):
    """The address exists, but not for this method."""

    code = "method-not-allowed"
    status = 405
    title = _("This address does not take this method")


class UnsupportedMediaType(CompagnonError):
    """The body is not of a type that this address takes."""

    code = "unsupported-media-type"
    status = 415
    title = _("Send the body as application/json")


class Fault(CompagnonError):
    """A fault of ours: it is in the log under the request's id."""

    code = "fault"
    status = 500
    title = _("The program failed; its administrator finds why in the log, by the request's id")


BY_STATUS: dict[int, type[CompagnonError]] = {
    kind.status: kind
    for kind in (
        Malformed, SignInNeeded, Refused, NotFound, MethodNotAllowed, Conflict, Stale, TooLarge,
        UnsupportedMediaType, Invalid, TooMany, Fault,
    )
}  # fmt: skip


def problem_response(error: CompagnonError) -> HttpResponse:
    """Give the answer for an error, with what HTTP asks beside the document."""
    response = HttpResponse(
        json.dumps(error.problem(), cls=DjangoJSONEncoder),
        status=error.status,
        content_type=PROBLEM,
    )
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Compagnon"'
    return response


def from_validation(error: ValidationError) -> Invalid:
    """Give our error for what ninja could not read as the declared parameters."""
    fields: dict[str, list[Text]] = {}
    for item in error.errors:
        place = [str(part) for part in item.get("loc", ())]
        # ("body", "payload", "title"): the first word is where, the second ninja's argument.
        name = ".".join(place[2:] if place[:1] == ["body"] else place[1:]) or place[0]
        fields.setdefault(name, []).append(unreadable.message(item))
    return Invalid(_("Some values are not valid; see the list of errors."), fields=fields)


def from_django(error: DjangoValidationError) -> Invalid:
    """Give our error for what a model's ``full_clean`` or a form refused."""
    if hasattr(error, "error_dict"):
        named = {
            "" if name == "__all__" else name: list(messages)
            for name, messages in error.message_dict.items()
        }
    else:
        named = {"": list(error.messages)}
    return Invalid(
        _("Some values are not valid; see the list of errors."),
        fields=cast("dict[str, list[Text]]", named),
    )


def from_http(error: HttpError) -> CompagnonError:
    """Give our error for one that ninja raised with a status."""
    # ninja hides what its parser raised behind a 400; ours says more.
    if isinstance(error.__cause__, CompagnonError):
        return error.__cause__
    kind = BY_STATUS.get(error.status_code, Malformed)
    return kind()


def install(api: NinjaAPI) -> None:
    """Make the API answer every error it can name as a problem; others go on to Django."""

    def handle(kind: type[Exception], translate: Callable[[Any], CompagnonError]) -> None:
        def answer(_request: HttpRequest, error: Any) -> HttpResponse:
            return problem_response(translate(error))

        api.add_exception_handler(kind, answer)

    handle(CompagnonError, lambda error: error)
    handle(ValidationError, from_validation)
    handle(DjangoValidationError, from_django)
    handle(HttpError, from_http)
    handle(Http404, lambda _error: NotFound())
    handle(PermissionDenied, lambda _error: Refused())
    handle(RequestDataTooBig, lambda _error: TooLarge(_("The request's body is too large.")))
    # Django logs it and answers 500; the middleware makes a problem of that page.
    api.add_exception_handler(Exception, _go_on)


def _go_on(_request: HttpRequest, error: Any) -> HttpResponse:
    raise error
