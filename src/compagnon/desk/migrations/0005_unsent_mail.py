from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0004_bringing_past"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending", "failed"])),
                fields=["state"],
                name="outgoing_unsent",
            ),
        ),
    ]
