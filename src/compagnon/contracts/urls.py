"""Routes of the pages of ``contracts``."""

from __future__ import annotations

from django.urls import include, path

from compagnon.contracts.resources import REQUEST_TYPES, SERVICES
from compagnon.contracts.views import building, calendars, catalogue, clocks, contracts, terms

app_name = "contracts"

urlpatterns = [
    path("contracts/", contracts.contract_list, name="contract_list"),
    path("contracts/add/", contracts.contract_add, name="contract_add"),
    path("contracts/<int:contract_id>/", contracts.contract, name="contract"),
    path("contracts/<int:contract_id>/change/", contracts.contract_change, name="contract_change"),
    path("contracts/<int:contract_id>/terms/", terms.terms, name="terms"),
    path(
        "contracts/<int:contract_id>/activate/",
        contracts.contract_activate,
        name="contract_activate",
    ),
    path("contracts/<int:contract_id>/end/", contracts.contract_end, name="contract_end"),
    path("contracts/<int:contract_id>/delete/", contracts.contract_delete, name="contract_delete"),
    path("contracts/clocks/<int:clock_id>/", clocks.clock, name="clock"),
    path("calendars/", calendars.calendar_list, name="calendar_list"),
    path("calendars/add/", calendars.calendar_add, name="calendar_add"),
    path("calendars/<int:calendar_id>/", calendars.calendar, name="calendar"),
    path("calendars/<int:calendar_id>/change/", calendars.calendar_change, name="calendar_change"),
    path("calendars/<int:calendar_id>/delete/", calendars.calendar_delete, name="calendar_delete"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/services/", include(SERVICES.urls())),
    path("catalogue/request-types/<int:type_id>/form/", building.build, name="form_build"),
    path(
        "catalogue/request-types/<int:type_id>/form/preview/", building.preview, name="form_preview"
    ),
    path("catalogue/request-types/<int:type_id>/form/export/", building.export, name="form_export"),
    path(
        "catalogue/request-types/<int:type_id>/form/do/<slug:name>/", building.act, name="form_act"
    ),
    path(
        "catalogue/request-types/<int:type_id>/form/<slug:kind>/<slug:key>/",
        building.piece,
        name="form_piece",
    ),
    path("catalogue/request-types/", include(REQUEST_TYPES.urls())),
]
