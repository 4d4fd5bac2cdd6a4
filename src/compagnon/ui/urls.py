"""Routes of the interface itself: the language, and the page of components."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from compagnon.ui import palette, styleguide

urlpatterns = [
    # Asked for by browsers on pages that name no icon, and by every tool that imitates one.
    path("favicon.ico", RedirectView.as_view(url=static("ui/favicon.svg"), permanent=True)),
    path("i18n/", include("django.conf.urls.i18n")),
    path("palette/", palette.answer, name="palette"),
    path("ui/components/", styleguide.components, name="ui_components"),
    path("ui/components/options/", styleguide.options, name="ui_components_options"),
    path("ui/components/refusal/", styleguide.refusal, name="ui_components_refusal"),
    path("ui/components/form/", styleguide.form_part, name="ui_components_form"),
    path("ui/components/region/", styleguide.region, name="ui_components_region"),
]
