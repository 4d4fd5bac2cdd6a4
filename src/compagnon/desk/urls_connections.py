"""Routes of what ties the desk to other programs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from compagnon.desk.views import webhooks

patterns: list[URLPattern | URLResolver] = [
    path("desk/webhooks/", webhooks.index, name="webhooks"),
    path("desk/webhooks/new/", webhooks.new, name="webhook_new"),
    path("desk/webhooks/<int:webhook_id>/", webhooks.one, name="webhook"),
    path("desk/webhooks/<int:webhook_id>/change/", webhooks.change, name="webhook_change"),
    path("desk/webhooks/<int:webhook_id>/do/<slug:name>/", webhooks.act, name="webhook_act"),
    path("desk/webhook-messages/<int:delivery_id>/", webhooks.delivery, name="webhook_delivery"),
    path(
        "desk/webhook-messages/<int:delivery_id>/do/<slug:name>/",
        webhooks.delivery_act,
        name="webhook_delivery_act",
    ),
]
