"""The room ``titles``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TitlesConfig(AppConfig):
    """Registers the room with Django: its verbs, its visibility, its pages in the navigation."""

    name = "compagnon.titles"
    label = "titles"
    verbose_name = _("Professional titles")

    def ready(self) -> None:
        """Load what registers itself."""
        from compagnon.titles import (  # noqa: F401
            navigation,
            policies,
            policies_candidacies,
            policies_outcomes,
            visibility,
            visibility_candidacies,
            visibility_evaluations,
            visibility_outcomes,
        )
