"""Routes of the demonstration's own pages; they answer only there."""

from __future__ import annotations

from django.urls import path

from compagnon.config.demo import views

app_name = "demo"

urlpatterns = [
    path("mail/", views.mails, name="mails"),
    path("mail/<str:key>/", views.mail, name="mail"),
    path("mail/<str:key>/html/", views.mail_html, name="mail_html"),
    path("webhook/", views.receive, name="webhook"),
]
