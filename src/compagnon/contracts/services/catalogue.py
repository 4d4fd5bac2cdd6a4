"""Writing the catalogue: services and what may be asked for on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, TypeVar

from django.db.models import Model, ProtectedError
from django.utils.translation import gettext_lazy as _

from compagnon.contracts import policies
from compagnon.contracts.errors import Cycle, InUse
from compagnon.contracts.models import RequestType, Service
from compagnon.contracts.terms import touch
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.services import service
from compagnon.people.models import Team
from compagnon.people.services import rows

VERB = "catalogue.manage"
M = TypeVar("M", Service, RequestType)


class ServiceChanges(TypedDict, total=False):
    """What may be changed of a service; a key that is absent stays as it is."""

    code: str
    name_fr: str
    name_en: str
    description_fr: str
    description_en: str
    parent: Service | None
    support_team: Team | None
    is_active: bool


class RequestTypeChanges(TypedDict, total=False):
    """What may be changed of a request type; a key that is absent stays as it is.

    The service is given when it is added, and never changes.
    """

    service: Service
    name_fr: str
    name_en: str
    kind: str
    is_active: bool


@service(VERB)
def create_service(*, actor: Actor, values: ServiceChanges) -> Service:
    """Add a service to the catalogue.

    Raises:
        Refused: the actor does not manage the catalogue.
        Invalid: a value is not valid, or the code is taken.
    """
    made = _create(actor, Service(**_cleaned(values)))
    touch()
    return made


@service(VERB)
def change_service(
    *, actor: Actor, row: Service, changes: ServiceChanges, expected_version: int | None = None
) -> Service:
    """Change a service; tickets follow where it stands in the tree from their next qualification.

    Raises:
        Refused: the actor does not manage the catalogue.
        Invalid: a value is not valid.
        Cycle: it would be part of itself.
        Stale: it has another version than expected.
    """
    parent = changes.get("parent")
    if parent is not None and row.pk in _chain(parent):
        raise Cycle
    changed = _change(actor, row, changes, ServiceChanges.__annotations__, expected_version)
    touch()
    return changed


def _chain(row: Service) -> list[int]:
    parents = dict(Service.objects.values_list("id", "parent_id"))
    found: list[int] = [row.pk]
    while (above := parents.get(found[-1])) is not None and above not in found:
        found.append(above)
    return found


@service(VERB)
def remove_service(*, actor: Actor, row: Service) -> None:
    """Delete a service that nothing refers to; one that was used is taken off offer instead.

    Raises:
        Refused: the actor does not manage the catalogue.
        InUse: something refers to it.
    """
    _remove(actor, row)
    touch()


@service(VERB)
def create_request_type(*, actor: Actor, values: RequestTypeChanges) -> RequestType:
    """Add what may be asked for on a service.

    Raises:
        Refused: the actor does not manage the catalogue.
        Invalid: a value is not valid, or the service has one of that name.
    """
    return _create(actor, RequestType(**_cleaned(values)))


@service(VERB)
def change_request_type(
    *,
    actor: Actor,
    row: RequestType,
    changes: RequestTypeChanges,
    expected_version: int | None = None,
) -> RequestType:
    """Change a request type.

    Raises:
        Refused: the actor does not manage the catalogue.
        Invalid: a value is not valid.
        Stale: it has another version than expected.
    """
    allowed = RequestTypeChanges.__annotations__.keys() - {"service"}
    return _change(actor, row, changes, allowed, expected_version)


@service(VERB)
def remove_request_type(*, actor: Actor, row: RequestType) -> None:
    """Delete a request type that nothing refers to.

    Raises:
        Refused: the actor does not manage the catalogue.
        InUse: something refers to it.
    """
    _remove(actor, row)


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: rows.clean_text(name, value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def _create(actor: Actor, made: M) -> M:
    policies.check_everywhere(actor, VERB)
    rows.keep(made)
    journal.record(
        actor=actor, verb=_verb(made, "create"), subject=made, after={"name_fr": made.name_fr}
    )
    return made


def _change(actor: Actor, row: M, changes: Any, allowed: Any, expected: int | None) -> M:
    policies.check_everywhere(actor, VERB)
    current = rows.lock(row, expected_version=expected)
    revision = rows.revise(current, changes, allowed=allowed)
    if revision.names:
        rows.keep(current, fields=revision.names)
        journal.record(
            actor=actor,
            verb=_verb(current, "change"),
            subject=current,
            before=revision.before,
            after=revision.after,
        )
    return current


def _remove(actor: Actor, row: M) -> None:
    policies.check_everywhere(actor, VERB)
    current = rows.lock(row)
    journal.record(
        actor=actor,
        verb=_verb(current, "remove"),
        subject=current,
        before={"name_fr": current.name_fr},
    )
    try:
        current.delete()
    except ProtectedError:
        raise InUse(_("Something refers to it: take it off offer instead.")) from None


def _verb(row: Model, action: str) -> str:
    return f"{'service' if isinstance(row, Service) else 'request_type'}.{action}"
