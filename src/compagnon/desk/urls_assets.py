"""Routes of a ticket's machine and of those whom its fall touches."""

from __future__ import annotations

from django.urls import path

from compagnon.desk.views import affected, assets

urlpatterns = [
    path("desk/tickets/<int:ticket_id>/machine/", assets.card, name="machine_card"),
    path("desk/tickets/<int:ticket_id>/affected/write/", affected.write, name="write_affected"),
]
