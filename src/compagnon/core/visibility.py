"""Who may see which rows: one rule per model, a filter that every read passes through.

Each room registers a rule for each of its models::

    @visibility.rule(Ticket)
    def tickets(scope: Scope, rows: QuerySet[Ticket]) -> QuerySet[Ticket]: ...

and reads with :func:`visible`. A model without a rule cannot be read this way, and a test fails
for any model of ours that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from compagnon.core.actor import Actor, Scope
from compagnon.core.errors import NotFound

M = TypeVar("M", bound=Model)
Rule = Callable[[Scope, QuerySet[Any]], QuerySet[Any]]

_RULES: dict[type[Model], Rule] = {}


def rule(*models: type[Model]) -> Callable[[Rule], Rule]:
    """Register the function as the rule of these models."""

    def register(function: Rule) -> Rule:
        for model in models:
            if model in _RULES:
                raise ValueError(f"{model.__name__} has a visibility rule already")
            _RULES[model] = function
        return function

    return register


def has_rule(model: type[Model]) -> bool:
    """Tell whether a rule is registered for the model; a table between two models has both's."""
    if model._meta.auto_created:
        return all(has_rule(end) for end, _name in _ends(model))
    return model in _RULES


def _ends(model: type[Model]) -> list[tuple[type[Model], str]]:
    """Give the models that a table of a many-to-many field ties, with the names of its keys."""
    return [
        (field.related_model, field.name)
        for field in model._meta.fields
        if isinstance(field.related_model, type)
    ]


def visible(model: type[M], who: Actor | Scope, rows: QuerySet[M] | None = None) -> QuerySet[M]:
    """Give the rows of ``model`` that ``who`` may see.

    Args:
        rows: start from these rows instead of all.

    Raises:
        LookupError: the model has no rule; a fault of ours, never of the caller.
    """
    scope = who.scope if isinstance(who, Actor) else who
    start: QuerySet[M] = rows if rows is not None else model._default_manager.all()
    if not has_rule(model):
        raise LookupError(f"{model.__name__} has no visibility rule")
    if scope.unlimited:
        return start
    if model._meta.auto_created:
        # What ties two rows is seen by who sees both.
        for end, name in _ends(model):
            start = start.filter(**{f"{name}__in": visible(end, scope)})
        return start
    return _RULES[model](scope, start)


def get_visible(
    model: type[M], who: Actor | Scope, rows: QuerySet[M] | None = None, **lookup: Any
) -> M:
    """Give the one visible row that matches.

    Raises:
        NotFound: there is none, or ``who`` does not see it.
    """
    found = visible(model, who, rows).filter(**lookup).first()
    if found is None:
        raise NotFound
    return found
