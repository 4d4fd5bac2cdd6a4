from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_search"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("state__in", ["new", "open", "pending"])),
                fields=["priority", "id"],
                name="ticket_open_priority",
            ),
        ),
    ]
