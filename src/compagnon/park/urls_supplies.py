"""Routes of licences, supplier contracts, imported lists and specifications of needs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.park.resources_supplies import LICENCES, NEEDS_STUDIES, SUPPLIER_CONTRACTS
from compagnon.park.views import lists, needs, supplies

_licences: list[URLPattern] = [
    path("use/", supplies.licence_use, name="licence_use"),
    path("allocations/<int:pk>/release/", supplies.release, name="allocation_release"),
    path("<int:pk>/give/", supplies.give, name="licence_give"),
    path("<int:pk>/papers/", supplies.add_licence_paper, name="licence_paper_add"),
    *LICENCES.urls(),
]
_suppliers: list[URLPattern] = [
    path("covered/<int:pk>/remove/", supplies.uncover, name="covered_remove"),
    path("<int:pk>/cover/", supplies.cover, name="supplier_contract_cover"),
    path("<int:pk>/papers/", supplies.add_contract_paper, name="contract_paper_add"),
    *SUPPLIER_CONTRACTS.urls(),
]
_lists: list[URLPattern] = [
    path("", lists.brought_lists, name="brought_lists"),
    path("<int:pk>/", lists.brought_list, name="brought_list"),
    path("<int:pk>/settle/", lists.settle, name="brought_list_settle"),
]
_needs: list[URLPattern] = [
    path("scores/<int:pk>/proof/", needs.proof, name="score_proof"),
    path("<int:pk>/criteria/", needs.add_criterion, name="needs_criterion_add"),
    path("<int:pk>/products/", needs.add_candidate, name="needs_candidate_add"),
    path("<int:pk>/scores/", needs.set_score, name="needs_score_set"),
    path("<int:pk>/remove/<slug:what>/<int:key>/", needs.remove, name="needs_remove"),
    path("<int:pk>/document/", needs.paper, name="needs_document"),
    *NEEDS_STUDIES.urls(),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("park/licences/", include(_licences)),
    path("park/suppliers/", include(_suppliers)),
    path("park/papers/<int:pk>/", supplies.paper, name="paper"),
    path("park/deadlines/", supplies.deadlines, name="deadlines"),
    path("park/lists/", include(_lists)),
    path("park/needs/", include(_needs)),
    path("park/export/<slug:name>/<slug:form>/", lists.export, name="export"),
]
