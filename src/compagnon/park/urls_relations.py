"""Routes of relations, impact and baselines."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.park.resources_relations import RELATION_KINDS
from compagnon.park.views import baselines, impact, relations

_one: list[URLPattern | URLResolver] = [
    path("impact/", impact.show_impact, name="asset_impact"),
    path("relations/", relations.tie, name="relation_tie"),
    path("relations/<int:relation_id>/untie/", relations.untie, name="relation_untie"),
    path("redundancy/", relations.make_redundant, name="redundancy_make"),
    path("redundancy/<int:group_id>/end/", relations.end_redundancy, name="redundancy_end"),
    path("tier/", relations.place_in_tier, name="asset_tier"),
]
_baselines: list[URLPattern | URLResolver] = [
    path("", baselines.index, name="baselines"),
    path("<int:pk>/", baselines.one, name="baseline"),
    path("<int:pk>/accept/<int:asset_id>/", baselines.accept, name="baseline_accept"),
    path("<int:pk>/remove/", baselines.remove, name="baseline_remove"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("park/assets/pick/", relations.pick, name="asset_pick"),
    path("park/assets/<int:pk>/", include(_one)),
    path("park/baselines/", include(_baselines)),
    path("park/relation-kinds/", include(RELATION_KINDS.urls())),
]
