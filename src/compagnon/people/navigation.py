"""The room's entries in the navigation, and among the tabs of one's account."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from compagnon.people.queries_providers import offered
from compagnon.ui import panels
from compagnon.ui.navigation import NavItem, register

_SECTION = _("People")

register(
    NavItem(
        _("Persons"), "users", "people:person_list", "person.view", 60, "people",
        section=_SECTION, shortcut="g p",
    ),
    NavItem(
        _("Organisations"), "sitemap", "people:organisation_tree", "person.view", 61, "people",
        section=_SECTION, shortcut="g o",
    ),
    NavItem(
        _("Sites"), "map-pin", "people:site_list", "person.view", 62, "people", section=_SECTION
    ),
    NavItem(
        _("Teams"), "users-group", "people:team_list", "person.view", 63, "people",
        section=_SECTION,
    ),
    NavItem(
        _("Roles"), "shield-check", "people:role_list", "role.manage", 64, "people",
        section=_SECTION,
    ),
    NavItem(
        _("Sign-in"), "login", "people:providers", "identity_provider.manage", 65, "people",
        section=_SECTION,
    ),
    NavItem(
        _("Directories"), "book", "people:directories", "directory.manage", 65, "people",
        section=_SECTION,
    ),
    NavItem(
        _("Personal data"), "fingerprint", "people:privacy", "privacy.manage", 66, "people",
        section=_SECTION,
    ),
)  # fmt: skip


def tokens_tab(request: HttpRequest, _subject: Any) -> SafeString | None:
    """Show the tab of API tokens to who may make some."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("token.manage"):
        return None
    return render_to_string("people/_tokens_tab.html", request=request)


def identities_tab(request: HttpRequest, _subject: Any) -> SafeString:
    """Show the tab of the ways by which one signs in."""
    return render_to_string("people/_identities_tab.html", request=request)


def doors(request: HttpRequest, _subject: Any) -> SafeString | None:
    """Show on the sign-in page the buttons of the providers."""
    if not (providers := offered()):
        return None
    context = {"providers": providers, "next_url": get_next_redirect_url(request) or ""}
    return render_to_string("people/providers/_doors.html", context, request=request)


panels.register(panels.Panel("ui.account", "people", identities_tab))
panels.register(panels.Panel("ui.entrance", "people", doors))
panels.register(panels.Panel("ui.account", "people", tokens_tab))


def directory_panel(request: HttpRequest, person: Any) -> SafeString | None:
    """Show the directory of a person on their page."""
    # Views are imported once every room is.
    from compagnon.people.views import directories

    return directories.on_person(request, person)


panels.register(panels.Panel("people.person", "people", directory_panel, order=10))
