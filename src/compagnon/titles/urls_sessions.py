"""Routes of sessions, juries and minutes."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import deliberations, jurors, sessions

urlpatterns = [
    path("sessions/", sessions.session_list, name="session_list"),
    path("sessions/plan/", sessions.plan, name="session_plan"),
    path("sessions/approvals/", sessions.approvals, name="approval_list"),
    path("sessions/forecast/", sessions.forecast, name="forecast"),
    path("sessions/forecast.csv", sessions.forecast_file, name="forecast_file"),
    path("sessions/<int:session_id>/", sessions.session, name="session"),
    path("sessions/<int:session_id>/do/<slug:name>/", sessions.do, name="session_do"),
    path("sessions/<int:session_id>/judge/", deliberations.judge, name="judge"),
    path(
        "sessions/<int:session_id>/judge/<int:sitting_id>/",
        deliberations.judge_candidate,
        name="judge_candidate",
    ),
    path("jurors/", jurors.juror_list, name="juror_list"),
    path("jurors/register/", jurors.register, name="juror_register"),
    path("jurors/<int:juror_id>/", jurors.juror, name="juror"),
    path("jurors/<int:juror_id>/do/<slug:name>/", jurors.do, name="juror_do"),
    path("jury/", jurors.my_jury, name="my_jury"),
    path("jury/<int:member_id>/answer/", jurors.answer, name="jury_answer"),
    path("minutes/<int:minutes_id>/", deliberations.minutes_page, name="minutes"),
    path("minutes/<int:minutes_id>/do/<slug:name>/", deliberations.minutes_do, name="minutes_do"),
]
