"""Has the database refuse to change or delete the journal's entries, and makes its first partitions."""

from django.db import migrations

from compagnon.core.journal_table import first_partitions, protect, unprotect


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(protect, unprotect),
        migrations.RunPython(first_partitions, migrations.RunPython.noop),
    ]
