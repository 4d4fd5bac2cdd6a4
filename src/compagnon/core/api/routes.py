"""Declaring a room's routes in a few lines each.

::

    router = Routes(tag="tickets")

    @router.index("/tickets", TicketOut)
    def list_tickets(request: ApiRequest, query: Query[TicketQuery]) -> QuerySet[Ticket]:
        \"\"\"List the tickets that you may see.\"\"\"
        return queries.tickets(request.actor)

    @router.act("/tickets/{ticket_id}/solve", TicketOut)
    def solve_ticket(request: ApiRequest, ticket_id: Id, body: SolveIn) -> Ticket:
        \"\"\"Propose a solution.\"\"\"
        ticket = queries.ticket(request.actor, ticket_id)
        return services.solve(actor=request.actor, ticket=ticket, **body.model_dump(),
                              expected_version=expected_version(request, ticket))

Each kind of route brings what its method promises: pages, tags, idempotency, and every error it
may answer declared in the OpenAPI document. The function's name is the operation's id, its
docstring the description.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ParamSpec, TypeVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback
from pydantic import ConfigDict, Field

from compagnon.core.api import etag
from compagnon.core.api.auth import ApiRequest
from compagnon.core.api.idempotency import once
from compagnon.core.api.moments import Moments
from compagnon.core.api.pagination import Page, page_of
from compagnon.core.errors import Invalid, Text

P = ParamSpec("P")
R = TypeVar("R")
Finish = Callable[[ApiRequest, dict[str, Any], Callable[[], Any]], HttpResponse]

Id = Annotated[int, Field(ge=1, le=2**63 - 1, examples=[7])]


class Body(Moments, Schema):
    """What a caller sends. A field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid")


class Routes(Router):
    """The routes of one kind of object, under one tag of the reference."""

    def __init__(self, *, tag: str) -> None:
        super().__init__(tags=[tag])

    def index(
        self, path: str, item: type[Schema], **extra: Any
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare a list. The function takes a :class:`ListQuery` as ``query`` and gives the
        visible rows; they come back filtered, sorted and by pages.
        """
        page = Page[item]  # type: ignore[valid-type]

        def finish(
            request: ApiRequest, values: dict[str, Any], call: Callable[[], Any]
        ) -> HttpResponse:
            return render(request, page, page_of(request, call(), values["query"]))

        return self._declare("GET", path, {200: page}, finish, kind="index", extra=extra)

    def show(
        self, path: str, answer: type[Schema], **extra: Any
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare the reading of one object, with its ``ETag`` if it counts its versions."""

        def finish(
            request: ApiRequest, _values: dict[str, Any], call: Callable[[], Any]
        ) -> HttpResponse:
            found = call()
            return etag.unless_known(request, etag.tag(render(request, answer, found), found))

        return self._declare("GET", path, {200: answer}, finish, kind="show", extra=extra)

    def create(
        self,
        path: str,
        answer: type[Schema],
        *,
        location: Callable[[Any], str] | None = None,
        within: bool = False,
        **extra: Any,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare a creation: 201, made once under an ``Idempotency-Key``.

        Args:
            location: the path of the object that was made, below the API's root.
            within: it is made in an object that exists, whose ``If-Match`` is honoured.
        """
        finish = partial(_finish_post, answer, 201, location)
        kind = "create_within" if within else "create"
        return self._declare("POST", path, {201: answer}, finish, kind=kind, extra=extra)

    def download(self, path: str, **extra: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare the fetching of a file: the function gives the answer that serves it."""

        def finish(
            _request: ApiRequest, _values: dict[str, Any], call: Callable[[], Any]
        ) -> HttpResponse:
            answer: HttpResponse = call()
            return answer

        return self._declare("GET", path, {200: None}, finish, kind="download", extra=extra)

    def act(
        self, path: str, answer: type[Schema], **extra: Any
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare a verb on an object that exists: POST, 200 with the object as it is now."""
        finish = partial(_finish_post, answer, 200, None)
        return self._declare("POST", path, {200: answer}, finish, kind="act", extra=extra)

    def change(
        self, path: str, answer: type[Schema], **extra: Any
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare a change of some fields: PATCH. The body's absent fields stay as they are."""

        def finish(
            request: ApiRequest, _values: dict[str, Any], call: Callable[[], Any]
        ) -> HttpResponse:
            changed = call()
            return etag.tag(render(request, answer, changed), changed)

        return self._declare("PATCH", path, {200: answer}, finish, kind="change", extra=extra)

    def remove(self, path: str, **extra: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Declare a deletion: 204."""

        def finish(
            _request: ApiRequest, _values: dict[str, Any], call: Callable[[], Any]
        ) -> HttpResponse:
            call()
            gone = HttpResponse(status=204)
            del gone["Content-Type"]
            return gone

        return self._declare("DELETE", path, {204: None}, finish, kind="remove", extra=extra)

    def _declare(
        self,
        method: str,
        path: str,
        response: dict[int, Any],
        finish: Finish,
        *,
        kind: str,
        extra: dict[str, Any],
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        def decorate(function: Callable[P, R]) -> Callable[P, R]:
            first, _blank, rest = inspect.cleandoc(function.__doc__ or "").partition("\n")
            contribute_operation_callback(function, partial(_wrap, finish))
            self.api_operation(
                [method],
                path,
                response=response,
                operation_id=function.__name__,
                summary=first.rstrip("."),
                description=rest.strip() or first,
                openapi_extra={"x-kind": kind, **extra.pop("openapi_extra", {})},
                **extra,
            )(function)
            return function

        return decorate


def render(
    request: ApiRequest, answer: type[Schema], value: Any, status: int = 200
) -> HttpResponse:
    """Give the JSON of a value as the schema shows it."""
    shown = answer.model_validate(value, context={"request": request})
    return HttpResponse(
        shown.model_dump_json(context={"request": request}),
        status=status,
        content_type="application/json",
    )


def _finish_post(
    answer: type[Schema],
    status: int,
    location: Callable[[Any], str] | None,
    request: ApiRequest,
    _values: dict[str, Any],
    call: Callable[[], Any],
) -> HttpResponse:
    def make() -> HttpResponse:
        made = call()
        response = etag.tag(render(request, answer, made, status), made)
        if location is not None:
            response["Location"] = f"/api/v1{location(made)}"
        return response

    return once(request, make)


def _wrap(finish: Finish, operation: Operation) -> None:
    """Put the kind's promises around an operation's function, once ninja has read its signature."""
    function = operation.view_func
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    def run(request: ApiRequest, **values: Any) -> HttpResponse:
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            fields: dict[str, list[Text]] = {
                name[:80]: [_("There is no such parameter.")] for name in unknown[:20]
            }
            raise Invalid(fields=fields)
        return finish(request, values, partial(function, request, **values))

    run.__name__ = function.__name__
    run.__module__ = function.__module__
    operation.view_func = run
