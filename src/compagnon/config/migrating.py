"""Migrations in half the time: an index or a constraint draws no model anew.

Before each operation Django keeps classes of the models as they are then, and after each index or
constraint that is added it makes anew the class of that table and of all that relate to it, eighty
here: more than the database does in the same time. Nothing in a relation has changed, so the class
that is there is told of the addition instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

State: Any = ProjectState  # of which this changes a part that its stubs keep to themselves
append_option: Any = State._append_option


def tell_of(
    state: ProjectState, app_label: str, model_name: str, option_name: str, added: Any
) -> None:
    """Add an index or a constraint to a state, and to the class of its model, if there is one."""
    drawn = state.__dict__.pop("apps", None)
    try:
        append_option(state, app_label, model_name, option_name, added)
    finally:
        if drawn is not None:
            state.__dict__["apps"] = drawn
    if drawn is not None:
        options = drawn.get_model(app_label, model_name)._meta
        setattr(options, option_name, [*getattr(options, option_name), added])
        options._expire_cache()
        options.__dict__.pop("total_unique_constraints", None)


@contextmanager
def unrepeated_drawing() -> Iterator[None]:
    """Have indexes and constraints told to the classes that are there, in this block."""
    State._append_option = tell_of
    try:
        yield
    finally:
        State._append_option = append_option
