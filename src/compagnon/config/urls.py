"""Every route of the product."""

from __future__ import annotations

from django.urls import include, path

from compagnon.config import api
from compagnon.desk.views.queue import find

urlpatterns = [
    path("", include("compagnon.ui.urls")),
    path("account/", include("compagnon.people.account_urls")),
    path("search/", find, name="search"),
    path("admin/", include("compagnon.core.urls")),
    path("people/", include("compagnon.people.urls")),
    path("", include("compagnon.contracts.urls")),
    path("", include("compagnon.park.urls")),
    path("", include("compagnon.desk.urls")),
    path("titles/", include("compagnon.titles.urls")),
    path("api/v1/", include(api.urls)),
    path("demo/", include("compagnon.config.demo.urls")),
]
