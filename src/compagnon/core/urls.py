"""Routes of the pages of ``core`` itself."""

from __future__ import annotations

from django.urls import path

from compagnon.core.views import journal, tasks

app_name = "core"

urlpatterns = [
    path("journal/", journal.journal, name="journal"),
    path("journal/export.csv", journal.export, name="journal_export"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/retry/", tasks.retry_all, name="tasks_retry"),
    path("tasks/<int:task_id>/do/<slug:name>/", tasks.act, name="task_act"),
]
