"""Routes of the pages of ``park``: each area of the room keeps its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from compagnon.park import (
    urls_alerts,
    urls_discovery,
    urls_inventory,
    urls_life,
    urls_relations,
    urls_supplies,
)

app_name = "park"

urlpatterns: list[URLPattern | URLResolver] = [
    *urls_life.urlpatterns,
    *urls_relations.urlpatterns,
    *urls_inventory.urlpatterns,
    *urls_discovery.urlpatterns,
    *urls_supplies.urlpatterns,
    *urls_alerts.urlpatterns,
]
