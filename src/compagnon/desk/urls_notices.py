"""Routes of what people are told."""

from __future__ import annotations

from django.urls import path

from compagnon.desk.views import notices

urlpatterns = [
    path("desk/for-me/", notices.index, name="for_me"),
    path("desk/for-me/bell/", notices.bell, name="bell"),
    path("desk/for-me/read/", notices.read, name="for_me_read"),
    path("desk/for-me/choice/", notices.choose, name="for_me_choice"),
    path("desk/for-me/choices/", notices.choices, name="notice_choices"),
    path("desk/for-me/ways/", notices.choose_ways, name="notice_ways"),
    path("desk/for-me/times/", notices.choose_times, name="notice_times"),
    path(
        "desk/for-me/browsers/<int:subscription_id>/forget/",
        notices.forget_browser,
        name="notice_browser_forget",
    ),
    path("desk/for-me/<int:notice_id>/", notices.open_one, name="for_me_open"),
]
