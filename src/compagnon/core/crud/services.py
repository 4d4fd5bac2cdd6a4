"""Writing one row of a declared table: policy, checks, the write and its journal entry.

Each resource has its own three services in the register (``….people.site.create``); the functions
here choose the resource's, or the room's own where it gives one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.crud.resource import Resource, Row, Values
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.services import service


@dataclass(frozen=True, slots=True)
class Bound:
    """The three services of one resource."""

    create: Callable[..., Row]
    change: Callable[..., Row]
    remove: Callable[..., None]


_BOUND: dict[str, Bound] = {}


def may(actor: Actor, resource: Resource, action: str, row: Row | None = None) -> bool:
    """Tell whether the actor may ``view``, ``add``, ``change`` or ``delete``.

    Args:
        row: the row in question; without one, whether it is possible anywhere at all.
    """
    if action != "view" and action not in resource.can:
        return False
    verb = getattr(resource.verbs, action)
    if not verb:
        return actor.is_known
    if row is None:
        return actor.scope.allows_somewhere(verb)
    return actor.scope.allows(verb, resource.organisation_of(row))


def check(actor: Actor, resource: Resource, action: str, row: Row | None = None) -> None:
    """Refuse unless :func:`may`.

    Raises:
        Refused: no role of the actor gives the verb there.
    """
    if not may(actor, resource, action, row):
        raise Refused(_("Your roles do not allow this on this organisation."))


def create(*, actor: Actor, resource: Resource, values: Values) -> Row:
    """Add a row.

    Args:
        values: by field of the resource's form; rows for foreign keys. Absent ones take the
            model's defaults.

    Raises:
        Refused: the actor may not add a row to that organisation.
        Invalid: some value is not valid.
        Conflict: another row was written at the same moment with what must be unique.
    """
    check(actor, resource, "add")
    if resource.services.create is not None:
        return resource.services.create(actor, dict(values))
    return bound(resource).create(actor=actor, values=values)


def change(
    *,
    actor: Actor,
    resource: Resource,
    row: Row,
    values: Values,
    expected_version: int | None = None,
) -> Row:
    """Change some fields of a row; gives the row as it is now.

    Raises:
        Refused: the actor may not change rows of its organisation, or not move it to another.
        Invalid: some value is not valid, or the field never changes.
        Stale: the row has another version than expected.
        NotFound: the row is gone.
        Conflict: another row was written at the same moment with what must be unique.
    """
    check(actor, resource, "change", row)
    if fixed := sorted({*values} & {*resource.fixed}):
        changed = [name for name in fixed if getattr(row, name) != values[name]]
        if changed:
            raise Invalid(fields={name: [_("This never changes.")] for name in changed})
        values = {name: value for name, value in values.items() if name not in fixed}
    if resource.services.change is not None:
        return resource.services.change(actor, row, dict(values), expected_version)
    return bound(resource).change(
        actor=actor, row=row, values=values, expected_version=expected_version
    )


def remove(
    *, actor: Actor, resource: Resource, row: Row, expected_version: int | None = None
) -> None:
    """Delete a row that nothing refers to.

    Raises:
        Refused: the actor may not delete rows of its organisation.
        Conflict: something refers to it.
        Stale: the row has another version than expected.
        NotFound: the row is gone.
    """
    check(actor, resource, "delete", row)
    if resource.services.remove is not None:
        _expect(row, expected_version)
        resource.services.remove(actor, row)
    else:
        bound(resource).remove(actor=actor, row=row, expected_version=expected_version)


def bound(resource: Resource) -> Bound:
    """Give the resource's own services, made and registered the first time."""
    if resource.key not in _BOUND:
        _BOUND[resource.key] = _bind(resource)
    return _BOUND[resource.key]


def _bind(resource: Resource) -> Bound:
    def create(*, actor: Actor, values: Values) -> Row:
        return _create(resource, actor, values)

    def change(*, actor: Actor, row: Row, values: Values, expected_version: int | None) -> Row:
        return _change(resource, actor, row, values, expected_version)

    def remove(*, actor: Actor, row: Row, expected_version: int | None) -> None:
        _remove(resource, actor, row, expected_version)

    # So that the register of services names each resource's.
    for function in (create, change, remove):
        function.__qualname__ = f"{resource.key}.{function.__name__}"
    return Bound(
        create=service(resource.verbs.add)(create),
        change=service(resource.verbs.change)(change),
        remove=service(resource.verbs.delete)(remove),
    )


def _create(resource: Resource, actor: Actor, values: Values) -> Row:
    row = resource.model()
    _assign(resource, row, values)
    _clean(row)
    check(actor, resource, "add", row)
    with _writing():
        row.save()
    after = {
        name: plain(getattr(row, name))
        for name in resource.form
        if name not in resource.hidden and getattr(row, name) not in (None, "")
    }
    journal.record(
        actor=actor,
        verb=f"{resource.noun}.create",
        subject=row,
        organisation_id=resource.organisation_of(row),
        after=after,
    )
    return row


def _change(
    resource: Resource, actor: Actor, row: Row, values: Values, expected_version: int | None
) -> Row:
    current = locked(resource, row, expected_version)
    check(actor, resource, "change", current)
    before = {name: getattr(current, name) for name in values}
    _assign(resource, current, values)
    changed = [name for name in values if getattr(current, name) != before[name]]
    if not changed:
        return current
    _clean(current)
    # Moved to another organisation, it must be allowed there too.
    check(actor, resource, "change", current)
    if resource.versioned:
        current.version += 1
    with _writing():
        current.save(update_fields=[*changed, *(["version"] if resource.versioned else [])])
    told = [name for name in changed if name not in resource.hidden]
    after: dict[str, Any] = {name: plain(getattr(current, name)) for name in told}
    if hidden := [name for name in changed if name in resource.hidden]:
        after["personal"] = hidden
    journal.record(
        actor=actor,
        verb=f"{resource.noun}.change",
        subject=current,
        organisation_id=resource.organisation_of(current),
        before={name: plain(before[name]) for name in told},
        after=after,
    )
    return current


def _remove(resource: Resource, actor: Actor, row: Row, expected_version: int | None) -> None:
    current = locked(resource, row, expected_version)
    check(actor, resource, "delete", current)
    journal.record(
        actor=actor,
        verb=f"{resource.noun}.remove",
        subject=current,
        organisation_id=resource.organisation_of(current),
        before={
            name: plain(getattr(current, name))
            for name in resource.form
            if name not in resource.hidden
        },
    )
    try:
        with transaction.atomic():
            current.delete()
    except (ProtectedError, RestrictedError) as error:
        raise in_use(error) from None


def in_use(error: ProtectedError | RestrictedError) -> Conflict:
    """Give our error for a row that others point at: it names their kinds, never the rows."""
    holders: Any = getattr(error, "protected_objects", None) or getattr(
        error, "restricted_objects", ()
    )
    kinds = sorted({str(one._meta.verbose_name_plural) for one in holders})
    return Conflict(
        format_lazy(
            _("It cannot be deleted while something refers to it: {kinds}."),
            kinds=", ".join(kinds),
        ),
        code="in-use",
    )


def locked(resource: Resource, row: Row, expected_version: int | None) -> Row:
    """Read the row again, locked until the transaction ends.

    Raises:
        NotFound: it is gone.
        Stale: it has another version than expected.
    """
    rows = resource.model._default_manager.select_for_update(of=("self",))
    current: Any = rows.filter(pk=row.pk).first()
    if current is None:
        raise NotFound
    _expect(current, expected_version)
    return current


def _expect(row: Row, version: int | None) -> None:
    if version is not None and getattr(row, "version", None) != version:
        raise Stale(
            _("Somebody changed this since you read it: read it again, then send your change.")
        )


def _assign(resource: Resource, row: Row, values: Mapping[str, Any]) -> None:
    if unknown := sorted({*values} - {*resource.form}):
        raise Invalid(fields={name: [_("There is no such field.")] for name in unknown})
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            raise Invalid(fields={name: [_("Text may not hold the character U+0000.")]})
        setattr(row, name, value)


def _clean(row: Row) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise from_django(error) from None


@contextmanager
def _writing() -> Iterator[None]:
    """Write in a savepoint, so that what the database refuses leaves the transaction usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(_("Somebody did the same at the same moment: look again.")) from None


def plain(value: Any) -> Any:
    """Give what the journal holds of a value: a key for a row."""
    return value.pk if isinstance(value, models.Model) else value
