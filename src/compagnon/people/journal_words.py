"""How the journal tells what happens to identity providers."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.people.models import IdentityProvider

journal_words.words(
    {
        "identity_provider.create": (_("added an identity provider"), "plus"),
        "identity_provider.change": (_("changed an identity provider"), "pencil"),
        "identity_provider.activate": (_("put an identity provider in use"), "player-play"),
        "identity_provider.deactivate": (_("put an identity provider out of use"), "player-pause"),
        "identity_provider.remove": (_("deleted an identity provider"), "trash"),
        "identity_provider.check_provider": (_("tried an identity provider"), "send"),
        "identity_provider.refuse_sign_in": (
            _("refused somebody who came from a provider"), "lock",
        ),
    }
)  # fmt: skip


@journal_words.subjects(IdentityProvider)
def providers(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name identity providers."""
    rows = visible(IdentityProvider, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.name, reverse("people:provider", args=[row.pk])) for row in rows}
