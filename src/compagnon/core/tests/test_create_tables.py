"""Many tables in one operation: made whole, pointing at each other, and dropped again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from compagnon.core.migrating import CreateTables

OPERATION = CreateTables(
    tables=[
        migrations.CreateModel(
            name="Hen",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("egg", models.ForeignKey("farm.egg", models.PROTECT, null=True)),
                ("rank", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["rank"], name="hen_rank")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(rank__gt=0), name="hen_has_rank")
                ],
            },
        ),
        migrations.CreateModel(
            name="Egg",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("hen", models.ForeignKey("farm.hen", models.PROTECT)),
            ],
        ),
    ]
)
TABLES = {"farm_hen", "farm_egg"}


@pytest.mark.django_db(transaction=True)
def test_tables_that_point_at_each_other() -> None:
    before, after = ProjectState(), ProjectState()
    assert not before.apps.get_models()
    after.apps  # noqa: B018 - drawn, as it is in the middle of a migration
    OPERATION.state_forwards("farm", after)
    with connection.schema_editor() as editor:
        OPERATION.database_forwards("farm", editor, before, after)
    try:
        hen, egg = after.apps.get_model("farm", "hen"), after.apps.get_model("farm", "egg")
        one = hen.objects.create(rank=1)
        hen.objects.update(egg=egg.objects.create(hen=one))
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "farm_hen")
        assert {"hen_rank", "hen_has_rank"} <= found.keys()
        with pytest.raises(IntegrityError):
            hen.objects.create(rank=0)
    finally:
        for statement in ("UPDATE farm_hen SET egg_id = NULL", "DELETE FROM farm_egg"):
            with connection.cursor() as cursor:
                cursor.execute(statement)
        with connection.schema_editor() as editor:
            OPERATION.database_backwards("farm", editor, after, before)
    assert not TABLES & set(connection.introspection.table_names())


def test_it_is_written_as_it_is_read() -> None:
    text, imports = MigrationWriter.serialize(OPERATION.tables[1].fields)
    assert "farm.hen" in text
    assert imports
    name, _arguments, values = OPERATION.deconstruct()
    assert (name, len(values["tables"])) == ("CreateTables", 2)
    assert OPERATION.describe() == "Create 2 tables"
