"""The table of Django's cache, as ``createcachetable`` makes it: nothing to run by hand."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0002_journal_append_only"),
    ]

    # In the database and not in the state: it is the cache's own, no model of ours.
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.CreateModel(
                    name="CachedValue",
                    fields=[
                        (
                            "cache_key",
                            models.CharField(max_length=255, primary_key=True, serialize=False),
                        ),
                        ("value", models.TextField()),
                        ("expires", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": "core_cache"},
                ),
            ],
            state_operations=[],
        ),
    ]
