"""Routes of the interface itself: the language, and the page of components."""

from __future__ import annotations

from django.urls import include, path

from compagnon.ui import styleguide

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("ui/components/", styleguide.components, name="ui_components"),
    path("ui/components/options/", styleguide.options, name="ui_components_options"),
    path("ui/components/refusal/", styleguide.refusal, name="ui_components_refusal"),
    path("ui/components/form/", styleguide.form_part, name="ui_components_form"),
    path("ui/components/region/", styleguide.region, name="ui_components_region"),
]
