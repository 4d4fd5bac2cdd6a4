"""Routes of assets, inventories and what is settled of them, below the room's own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.park.resources import ASSET_TYPES, ASSETS
from compagnon.park.views import inventories, machines, types

_assets: list[URLPattern] = [
    path("<int:pk>/", machines.detail, name="asset_detail"),
    path("<int:pk>/software/", machines.software, name="asset_software"),
    path("<int:pk>/values/", machines.set_values, name="asset_values"),
    path("<int:pk>/merge/", machines.merge, name="asset_merge"),
    path("<int:pk>/merges/<int:merge_id>/undo/", machines.undo_merge, name="merge_undo"),
    *ASSETS.urls(),
]
_types: list[URLPattern] = [
    path("<int:pk>/fields/", types.fields, name="asset_type_fields"),
    *ASSET_TYPES.urls(),
]
_inventories = [
    path("", inventories.report_list, name="reports"),
    path("<int:pk>/", inventories.report, name="report"),
    path("<int:pk>/raw/", inventories.raw, name="report_raw"),
    path("<int:pk>/replay/", inventories.replay, name="report_replay"),
]
_doubts = [
    path("", inventories.doubt_list, name="doubts"),
    path("<int:pk>/", inventories.doubt, name="doubt"),
    path("<int:pk>/settle/", inventories.settle, name="doubt_settle"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("park/assets/", include(_assets)),
    path("park/types/", include(_types)),
    path("park/reports/", include(_inventories)),
    path("park/doubts/", include(_doubts)),
    path("park/agents/", inventories.agents, name="agents"),
    path("park/tokens/<int:pk>/revoke/", inventories.revoke, name="token_revoke"),
]
