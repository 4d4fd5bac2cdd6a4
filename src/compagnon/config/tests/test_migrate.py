"""Migrations: quicker, with all that they add, and in a folder that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState

from compagnon.config.management.commands.migrate import make_room
from compagnon.config.migrating import unrepeated_drawing
from compagnon.core.commands import Failed
from compagnon.core.migrating import AddIndexOnline
from compagnon.desk.models import Ticket


def two_models() -> ProjectState:
    """A state with one model that refers to another, drawn."""
    state = ProjectState()
    state.add_model(ModelState("people", "Owner", [("id", models.AutoField(primary_key=True))]))
    owner: models.ForeignKey[Any, Any] = models.ForeignKey("people.Owner", models.CASCADE)
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.AutoField(primary_key=True)),
        ("owner", owner),
        ("rank", models.IntegerField()),
    ]
    state.add_model(ModelState("people", "Thing", fields))
    assert state.apps.get_model("people", "thing")
    return state


def add_both(state: ProjectState) -> None:
    state.add_index("people", "thing", models.Index(fields=["rank"], name="rank"))
    check = models.CheckConstraint(condition=models.Q(rank__gte=0), name="positive")
    state.add_constraint("people", "thing", check)


def test_the_same_is_told_with_and_without() -> None:
    plain, quick = two_models(), two_models()
    add_both(plain)
    before = quick.apps.get_model("people", "thing")
    with unrepeated_drawing():
        add_both(quick)
    after = quick.apps.get_model("people", "thing")
    assert after is before
    for state in (plain, quick):
        options = state.apps.get_model("people", "thing")._meta
        assert [one.name for one in options.indexes] == ["rank"]
        assert [one.name for one in options.constraints] == ["positive"]
        assert state.models["people", "thing"].options["constraints"] == options.constraints
    assert plain == quick
    # The relation is as it was: the class that it leads to is the one that is there.
    owner = quick.apps.get_model("people", "owner")
    assert after._meta.get_field("owner").related_model is owner


def test_a_state_that_is_not_drawn_stays_so() -> None:
    state = two_models()
    del state.__dict__["apps"]
    with unrepeated_drawing():
        add_both(state)
    assert "apps" not in state.__dict__
    assert len(state.apps.get_model("people", "thing")._meta.indexes) == 1


def test_afterwards_django_does_as_it_did() -> None:
    own = ProjectState._append_option  # type: ignore[attr-defined]
    with unrepeated_drawing():
        assert ProjectState._append_option is not own  # type: ignore[attr-defined]
    assert ProjectState._append_option is own  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_an_index_that_an_interruption_left_is_made_anew() -> None:
    (index,) = (one for one in Ticket._meta.indexes if one.name == "ticket_due")
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        if connection.vendor == "postgresql":  # SQLite leaves none half made
            editor.execute("UPDATE pg_index SET indisvalid = false "
                           "WHERE indexrelid = 'ticket_due'::regclass")  # fmt: skip
        AddIndexOnline("ticket", index).database_forwards("desk", editor, state, state)
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Ticket._meta.db_table)
        assert found["ticket_due"]["columns"] == ["due_at", "id"]
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
            assert cursor.fetchone() == (0,)


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    embedded = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{tmp_path}/not/there/all.sqlite3"}
    make_room(embedded)
    assert (tmp_path / "not/there").is_dir()
    make_room(embedded)
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="COMPAGNON_DATABASE_URL"):
        make_room({**embedded, "NAME": f"{tmp_path}/file/in/all.sqlite3"})
    make_room({"ENGINE": "django.db.backends.postgresql", "NAME": f"{tmp_path}/no/name"})
    assert not (tmp_path / "no").exists()
