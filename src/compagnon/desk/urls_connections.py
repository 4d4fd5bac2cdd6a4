"""Routes of what ties the desk to other programs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.desk.resources_connections import ALERT_SILENCES
from compagnon.desk.views import alert_door, alerts, fetching, protection, webhooks

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
    path("alerts", alert_door.post, name="alert_door"),
    path("alerts/", alert_door.post),
    path("desk/alerts/", alerts.alerts, name="alerts"),
    path("desk/alert-sources/", alerts.sources, name="alert_sources"),
    path("desk/alert-sources/new/", alerts.new, name="alert_source_new"),
    path("desk/alert-sources/<int:source_id>/", alerts.source, name="alert_source"),
    path("desk/alert-sources/<int:source_id>/change/", alerts.change, name="alert_source_change"),
    path("desk/alert-sources/<int:source_id>/do/<slug:name>/", alerts.act, name="alert_source_act"),
    path("desk/alert-reports/<int:report_id>/", alerts.report, name="alert_report"),
    path("desk/alert-silences/", include(ALERT_SILENCES.urls())),
    path("desk/authorities/", protection.authorities, name="authorities"),
    path(
        "desk/authorities/<int:authority_id>/distrust/",
        protection.distrust,
        name="authority_distrust",
    ),
    path("desk/mailboxes/<int:mailbox_id>/keys/", protection.keys, name="mailbox_keys"),
    path(
        "desk/mailbox-keys/<int:certificate_id>/remove/",
        protection.remove_key,
        name="mailbox_key_remove",
    ),
    path("desk/mailboxes/<int:mailbox_id>/imap/", fetching.settings, name="mailbox_fetch"),
    path(
        "desk/mailboxes/<int:mailbox_id>/imap/do/<slug:name>/",
        fetching.act,
        name="mailbox_fetch_act",
    ),
]
