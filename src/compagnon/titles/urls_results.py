"""Routes of what comes out of sessions: minutes as files, attestations, summons, statistics."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import results, statistics

urlpatterns = [
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.csv", statistics.statistics_file, name="statistics_file"),
    path("minutes/<int:minutes_id>/file/", results.minutes_file, name="minutes_file"),
    path("minutes/<int:minutes_id>/attest/", results.attest_minutes, name="minutes_attest"),
    path("sessions/<int:session_id>/outcome/", results.outcome, name="session_outcome"),
    path("sessions/<int:session_id>/attest/", results.attest_session, name="session_attest"),
    path(
        "sessions/<int:session_id>/checklist.csv",
        results.checklist_file,
        name="session_checklist_file",
    ),
    path("session-mail/<int:mail_id>/file/", results.mail_file, name="session_mail_file"),
    path(
        "session-mail/<int:mail_id>/calendar/",
        results.mail_calendar,
        name="session_mail_calendar",
    ),
    path("session-mail/<int:mail_id>/retry/", results.retry_mail, name="session_mail_retry"),
]
