from django.db import migrations, models

from compagnon.core.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("desk", "0022_copied_addresses")]

    operations = [
        AddIndexOnline(
            model_name="ticket",
            index=models.Index(fields=["priority", "id"], name="ticket_priority"),
        ),
        AddIndexOnline(
            model_name="ticket",
            index=models.Index(fields=["due_at", "id"], name="ticket_due"),
        ),
    ]
