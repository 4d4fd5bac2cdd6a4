"""Declaring a table that is just kept: its list, its form, its API, in a few lines.

See ``docs/architecture/crud.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs as register
from compagnon.core.actor import Actor
from compagnon.core.crud.filters import Filter

if TYPE_CHECKING:
    from django.urls import URLPattern

    from compagnon.core.api import Routes

Text: TypeAlias = str | Promise
Row: TypeAlias = Any
Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Args:
        name: the model's column or property, or a word of its own with ``value``.
        label: instead of the column's own.
        sort: the model's column to sort by, across to-one relations if need be; ``True``: itself.
        shown: whether it is there until a person chooses otherwise.
        value: gives what to show, from the row.
        needs: relations that showing it reads, beside the column itself (``select_related``).
    """

    name: str
    label: Text = ""
    sort: str | bool = False
    shown: bool = True
    value: Callable[[Row], Any] | None = None
    needs: tuple[str, ...] = ()

    @property
    def ordering(self) -> str:
        """The model's column to sort by; empty: it does not sort."""
        return self.name if self.sort is True else self.sort or ""


@dataclass(frozen=True, slots=True)
class Verbs:
    """The verbs that a role must hold, on the row's organisation; ``""``: whoever is signed in."""

    view: str
    add: str
    change: str
    delete: str

    @classmethod
    def of(cls, *, view: str, manage: str) -> Verbs:
        """Give the usual pair: one to see, one for everything else."""
        return cls(view, manage, manage, manage)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The room's own services, where keeping the row takes more than writing it.

    Each takes the actor and what the generic one does. ``values`` holds rows for foreign keys.
    """

    create: Callable[[Actor, dict[str, Any]], Row] | None = None
    change: Callable[[Actor, Row, dict[str, Any], int | None], Row] | None = None
    remove: Callable[[Actor, Row], None] | None = None


_RESOURCES: dict[str, Resource] = {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """A table that is just kept.

    Args:
        room: the room's label, which is also the namespace of its pages' names.
        model: the table; it has a visibility rule.
        noun: one word: ``site`` gives ``people:site_list``, ``site.create``, ``/sites``.
        columns: the list's, in order.
        form: the fields that may be written.
        fixed: fields of ``form`` that are given when a row is added, and never change.
        detail: what a row's page and the API show; the form's fields unless given.
        filters: what the list may be narrowed by.
        ordering: the list's order, ``-`` before it for descending.
        organisation: where the row's organisation is, across relations (``"team__organisation"``);
            ``""``: the row belongs to none, and writing it takes the verb everywhere.
        own_verbs: instead of ``NOUN.view`` and ``NOUN.manage``, which the resource declares.
        personal: fields whose values the journal does not hold. Long texts never are held.
        plural: of the noun.
        can: what may be done at all: ``add``, ``change``, ``delete``.
        services: the room's own.
        choices: the rows a foreign key may take, by field, of those that the actor sees.
        examples: a value for each field, for the API's reference.
        icon: of the frame's sprite.
    """

    room: str
    model: type[models.Model]
    noun: str
    columns: tuple[Column, ...]
    form: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    ordering: str = "id"
    organisation: str = "organisation"
    own_verbs: Verbs | None = None
    personal: tuple[str, ...] = ()
    plural: str = ""
    can: frozenset[str] = frozenset({"add", "change", "delete"})
    services: Services = Services()
    choices: Mapping[str, Callable[[Actor], models.QuerySet[Any]]] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    icon: str = "list-details"

    def __post_init__(self) -> None:
        if not self.plural:
            object.__setattr__(self, "plural", f"{self.noun}s")
        if not self.detail:
            object.__setattr__(self, "detail", self.form)
        if self.own_verbs is None:
            self._declare_verbs()
        self._check()
        _RESOURCES[self.key] = self

    def _declare_verbs(self) -> None:
        names = self.model._meta.verbose_name_plural
        labels: dict[str, Text] = {
            self.verbs.view: format_lazy(_("See: {things}"), things=names),
            self.verbs.add: format_lazy(_("Add, change and delete: {things}"), things=names),
        }
        register.declare(
            self.room, {name: text for name, text in labels.items() if not register.known(name)}
        )

    @cached_property
    def verbs(self) -> Verbs:
        """The verbs that a role must hold."""
        usual = Verbs.of(view=f"{self.noun}.view", manage=f"{self.noun}.manage")
        return self.own_verbs or usual

    def _check(self) -> None:
        """Refuse a declaration that would fail later, on a page."""
        for name in self.form:
            found = self.model._meta.get_field(name)
            if not isinstance(found, models.Field) or found.many_to_many:
                raise TypeError(f"{self.key}: {name} is not a plain field")
        if self.organisation:
            self.path_field(self.organisation)
        for ordering in (*(c.ordering for c in self.columns if c.sort), self.ordering):
            self.path_field(ordering.removeprefix("-"))
        if unknown := {*self.fixed} - {*self.form}:
            raise TypeError(f"{self.key}: fixed fields that are not in the form: {unknown}")

    @property
    def key(self) -> str:
        """The resource's own name: ``people.site``."""
        return f"{self.room}.{self.noun}"

    @property
    def title(self) -> Text:
        """What one row is called."""
        return self.model._meta.verbose_name or self.noun

    @property
    def plural_title(self) -> Text:
        """What the rows are called."""
        return self.model._meta.verbose_name_plural or self.plural

    @cached_property
    def versioned(self) -> bool:
        """Whether rows count their changes, in a column ``version``."""
        return any(one.name == "version" for one in self.model._meta.concrete_fields)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The fields whose values the journal does not hold."""
        long = {one.name for one in self.model._meta.fields if isinstance(one, models.TextField)}
        return frozenset({*self.personal, *long})

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """What a list must select together so that no row asks the database again."""
        found: set[str] = set()
        for one in self.columns:
            found.update(one.needs)
            found.update(self._relations_of(one.name))
            if one.sort:
                found.update(self._relations_of(one.ordering, leaf=True))
        found.update(self._relations_of(self.ordering.removeprefix("-"), leaf=True))
        return tuple(sorted(found))

    def _relations_of(self, path: str, *, leaf: bool = False) -> Iterable[str]:
        parts = path.split("__")
        if leaf and len(parts) > 1:
            return ["__".join(parts[:-1])]
        own = {one.name: one for one in self.model._meta.fields}
        return [path] if path in own and own[path].is_relation else []

    def path_field(self, path: str) -> models.Field[Any, Any]:
        """Give the column at the end of a path across to-one relations.

        Raises:
            FieldDoesNotExist: there is none; a fault in the declaration.
        """
        at: Any = self.model
        found: Any = None
        for part in path.split("__"):
            found = at._meta.pk if part in {"pk", "id"} else at._meta.get_field(part)
            at = found.related_model
        return found  # type: ignore[no-any-return]

    def organisation_of(self, row: Row) -> int | None:
        """Give the key of the organisation that a row belongs to; ``None``: it has none."""
        if not self.organisation:
            return None
        *path, last = self.organisation.split("__")
        for part in path:
            row = getattr(row, part, None)
        # The key is on the row itself: the organisation is not read for it.
        name = last if last in {"id", "pk"} else f"{last}_id"
        found: int | None = getattr(row, name, None)
        return found

    # -- addresses -------------------------------------------------------------------------
    def url(self, page: str, row: Row | None = None, **arguments: Any) -> str:
        """Give the address of a page: ``list``, ``add``, ``export``, ``detail``, ``change``…"""
        if row is not None:
            arguments["pk"] = row.pk
        return reverse(f"{self.room}:{self.noun}_{page}", kwargs=arguments)

    def urls(self) -> list[URLPattern]:
        """Give the pages' routes, for ``path("sites/", include(SITES.urls()))`` in the room."""
        from compagnon.core.crud.pages import patterns

        return patterns(self)

    def routes(self) -> Routes:
        """Give the API's routes, for ``router.add_router("", SITES.routes())`` in the room."""
        from compagnon.core.crud.routes import routes

        return routes(self)


def all_resources() -> dict[str, Resource]:
    """Give every declared resource by its key."""
    return dict(_RESOURCES)


def resource_of(model: type[models.Model]) -> Resource | None:
    """Give the resource that keeps a table."""
    return next((one for one in _RESOURCES.values() if one.model is model), None)


def url_of(row: models.Model) -> str:
    """Give the address of a row's page; empty when its table has none."""
    resource = resource_of(type(row))
    if resource is None:
        return ""
    try:
        return resource.url("detail", row)
    except NoReverseMatch:
        return ""
