from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("park", "0002_network_jobs")]

    operations = [
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                fields=["name"], name="asset_name_begins", opclasses=["varchar_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                fields=["inventory_number"],
                name="asset_number_begins",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
    ]
