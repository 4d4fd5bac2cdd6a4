from django.db import migrations

from compagnon.core.search import CreateSearchIndex


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [
        CreateSearchIndex("desk_ticket_search"),
        CreateSearchIndex("desk_ticket_notes_search"),
    ]
