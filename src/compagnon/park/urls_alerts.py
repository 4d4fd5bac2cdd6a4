"""Routes of what must be seen to."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.park.resources_alerts import ALERT_RULES
from compagnon.park.views import alerts

urlpatterns: list[URLPattern | URLResolver] = [
    path("park/alerts/", alerts.index, name="alerts"),
    path("park/alerts/end/", alerts.end, name="alerts_end"),
    path("park/alert-rules/", include(ALERT_RULES.urls())),
]
