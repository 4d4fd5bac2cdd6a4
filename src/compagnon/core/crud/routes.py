"""The API of a resource: list, get, create, change, delete, made from its declaration."""

# No «from __future__ import annotations» here: ninja reads these functions' annotations, which are
# schemas made at run time.

from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from ninja import Query

from compagnon.core import visibility
from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.crud import schemas, services
from compagnon.core.crud.listing import rows_of
from compagnon.core.crud.resource import Resource, Row


def routes(resource: Resource) -> Routes:
    """Give the API's routes of a resource, at ``/PLURAL``."""
    router = Routes(tag=resource.plural)
    path = f"/{resource.plural.replace('_', '-')}"
    # The document is in English, whatever the language of who asks first.
    with translation.override(None):
        out = schemas.output(resource)
        _reading(router, resource, path, out)
        if "add" in resource.can:
            _adding(router, resource, path, out)
        if "change" in resource.can:
            _changing(router, resource, path, out)
        if "delete" in resource.can:
            _deleting(router, resource, path)
    return router


def found(resource: Resource, request: ApiRequest, row_id: int) -> Row:
    """Give a row that the caller sees.

    Raises:
        Refused: the caller holds the verb nowhere.
        NotFound: there is none, or the caller does not see it.
    """
    services.check(request.actor, resource, "view")
    return visibility.get_visible(resource.model, request.actor, pk=row_id)


def _named(function: Any, name: str, text: str) -> Any:
    function.__name__ = name
    function.__doc__ = text
    return function


def _reading(router: Routes, resource: Resource, path: str, out: type[Any]) -> None:
    query_type = schemas.listing(resource)

    def index(request: ApiRequest, query: Query[query_type]) -> QuerySet[Any]:  # type: ignore[valid-type]
        services.check(request.actor, resource, "view")
        return rows_of(resource, request.actor)

    def show(request: ApiRequest, row_id: Id) -> Row:
        return found(resource, request, row_id)

    things = resource.plural.replace("_", " ")
    thing = resource.noun.replace("_", " ")
    router.index(path, out)(
        _named(index, f"list_{resource.plural}", f"List the {things} that you may see.")
    )
    router.show(f"{path}/{{row_id}}", out)(
        _named(show, f"get_{resource.noun}", f"Read one {thing}.")
    )


def _adding(router: Routes, resource: Resource, path: str, out: type[Any]) -> None:
    body_type = schemas.addition(resource)

    def create(request: ApiRequest, body: body_type) -> Row:  # type: ignore[valid-type]
        values = schemas.values_of(resource, body, request.actor)
        return services.create(actor=request.actor, resource=resource, values=values)

    thing = resource.noun.replace("_", " ")
    router.create(path, out, location=lambda row: f"{path}/{row.pk}")(
        _named(create, f"create_{resource.noun}", f"Add one {thing}.")
    )


def _changing(router: Routes, resource: Resource, path: str, out: type[Any]) -> None:
    body_type = schemas.patch(resource)

    def change(request: ApiRequest, row_id: Id, body: body_type) -> Row:  # type: ignore[valid-type]
        row = found(resource, request, row_id)
        return services.change(
            actor=request.actor,
            resource=resource,
            row=row,
            values=schemas.values_of(resource, body, request.actor),
            expected_version=expected_version(request, row),
        )

    thing = resource.noun.replace("_", " ")
    router.change(f"{path}/{{row_id}}", out)(
        _named(change, f"change_{resource.noun}", f"Change one {thing}; what is absent stays.")
    )


def _deleting(router: Routes, resource: Resource, path: str) -> None:
    def remove(request: ApiRequest, row_id: Id) -> None:
        row = found(resource, request, row_id)
        services.remove(
            actor=request.actor,
            resource=resource,
            row=row,
            expected_version=expected_version(request, row),
        )

    thing = resource.noun.replace("_", " ")
    router.remove(f"{path}/{{row_id}}")(
        _named(remove, f"delete_{resource.noun}", f"Delete one {thing} that nothing refers to.")
    )
