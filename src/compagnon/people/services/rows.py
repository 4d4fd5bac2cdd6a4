"""How the services of this room lock, check and write one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Conflict, Invalid, NotFound, Stale, Text

M = TypeVar("M", bound=models.Model)


def lock(row: M, *, expected_version: int | None = None) -> M:
    """Read the row again, locked until the transaction ends.

    Raises:
        NotFound: it is gone.
        Stale: it has another version than the caller read.
    """
    rows = type(row)._default_manager.select_for_update()
    current = rows.filter(pk=row.pk).first()
    if current is None:
        raise NotFound
    if expected_version is not None and getattr(current, "version", None) != expected_version:
        raise Stale(
            _("Somebody changed this since you read it: read it again, then send your change.")
        )
    return current


@dataclass(frozen=True, slots=True)
class Revision:
    """What a change altered: names of fields, and what the journal may hold of them."""

    names: list[str]
    before: dict[str, Any]
    after: dict[str, Any]


def revise(
    row: models.Model,
    changes: Mapping[str, Any],
    *,
    allowed: Iterable[str],
    personal: Iterable[str] = (),
) -> Revision:
    """Put new values on the row, not yet saved; those equal to what stands are passed over.

    Args:
        personal: fields whose values the journal may not hold; it holds their names.

    Raises:
        Invalid: a value that cannot be changed this way, or that no database of ours can keep.
    """
    hidden = set(personal)
    if unknown := changes.keys() - set(allowed):
        raise Invalid(
            fields={name: [_("This cannot be changed here.")] for name in sorted(unknown)}
        )
    found = Revision([], {}, {})
    for name, given in changes.items():
        value = clean_text(name, given) if isinstance(given, str) else given
        old = getattr(row, name)
        if old == value:
            continue
        setattr(row, name, value)
        found.names.append(name)
        if name in hidden:
            found.after.setdefault("personal", []).append(name)
        else:
            found.before[name], found.after[name] = _plain(old), _plain(value)
    return found


def clean_text(name: str, text: str) -> str:
    """Give the text without blanks around it.

    Raises:
        Invalid: it holds U+0000, which PostgreSQL cannot keep.
    """
    if "\0" in text:
        raise wrong(name, _("Text may not hold the character U+0000."))
    return text.strip()


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def keep(row: M, *, fields: Iterable[str] | None = None) -> M:
    """Check the row against its model, count the change, and save it.

    Args:
        fields: save these only (``None``: a new row, or all).

    Raises:
        Invalid: a value that the model refuses, by field.
        Conflict: another row was written at the same moment with what must be unique.
    """
    try:
        row.full_clean(exclude={"path", "search_name"})
    except ValidationError as error:
        raise invalid(error) from None
    names = None if fields is None else [*fields]
    if row.pk is not None and hasattr(row, "version"):
        row.version += 1
        names = None if names is None else [*names, "version"]
    write(lambda: row.save(update_fields=names))
    return row


def write(action: Callable[[], object]) -> None:
    """Write in a savepoint, so that a broken constraint leaves the transaction usable.

    Raises:
        Conflict: the database refused it.
    """
    try:
        with transaction.atomic():
            action()
    except IntegrityError:
        raise Conflict(_("Somebody did the same at the same moment: look again.")) from None


def wrong(field: str, message: Text) -> Invalid:
    """Give the error for one field, to be raised; its message is also the sentence shown."""
    return Invalid(message, fields={field: [message]})


def invalid(error: ValidationError) -> Invalid:
    """Give our error for what a model or a validator refused, by field where it says which."""
    if hasattr(error, "error_dict"):
        fields: dict[str, list[Any]] = {
            "" if name == "__all__" else name: list(messages)
            for name, messages in error.message_dict.items()
        }
    else:
        fields = {"": list(error.messages)}
    return Invalid(" ".join(str(one) for many in fields.values() for one in many), fields=fields)
