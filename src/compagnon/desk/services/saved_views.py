"""Keeping filters of the queue by name: for oneself, one's team, one's organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk import queue_columns
from compagnon.desk.models import Layout, Reach, SavedView
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.services.qualification import UNSET, Unset
from compagnon.people.models import Organisation, Team

NAME_MAX = 60
# Of one person, one team, one organisation: a navigation, not an archive.
MOST = 50


@service("view.save")
def save_view(
    *,
    actor: Actor,
    name: str,
    filters: Mapping[str, Any],
    reach: Reach = Reach.ME,
    team: Team | None = None,
    organisation: Organisation | None = None,
    layout: Layout = Layout.LIST,
    is_pinned: bool = True,
    columns: Sequence[str] | None = None,
) -> SavedView:
    """Keep filters by name.

    Args:
        columns: what everybody finds in the list, in this order; nothing: each reader's own.

    Raises:
        Refused: a program asks, or the actor may not share with that team or organisation.
        Invalid: no name, nobody named to share with, or no such columns.
        Conflict: a view of that name is there already, or fifty are.
    """
    if actor.id is None or not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Only somebody who works on tickets keeps views of them."))
    row = SavedView(owner_id=actor.id, created_at=timezone.now())
    _set(actor, row, name=name, reach=reach, team=team, organisation=organisation)
    if _beside(row).count() >= MOST:
        raise Conflict(_("There are %(limit)d views already: delete one.") % {"limit": MOST})
    row.filters = Narrowing.read(filters).kept()
    row.layout, row.is_pinned = Layout(layout), is_pinned
    row.columns = None if columns is None else queue_columns.checked(columns)
    row.save()
    _record(actor, row, "view.save")
    return row


@service("view.change")
def change_view(
    *,
    actor: Actor,
    view_id: int,
    name: str | None = None,
    filters: Mapping[str, Any] | None = None,
    reach: Reach | None = None,
    team: Team | None = None,
    organisation: Organisation | None = None,
    layout: Layout | None = None,
    is_pinned: bool | None = None,
    columns: Sequence[str] | Unset | None = UNSET,
    expected_version: int | None = None,
) -> SavedView:
    """Change what is given of a view, and leave the rest.

    Args:
        columns: nothing (``None``) gives the list back to each reader's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Refused: it is shared, and neither the actor's nor in what they configure.
        Stale: somebody changed it meanwhile.
        Invalid, Conflict: see :func:`save_view`.
    """
    row = _locked(actor, view_id, expected_version)
    if reach is not None:
        name = row.name if name is None else name
        _set(actor, row, name=name, reach=reach, team=team, organisation=organisation)
    elif name is not None:
        place, owner = row.team, row.organisation
        _set(actor, row, name=name, reach=Reach(row.reach), team=place, organisation=owner)
    if filters is not None:
        row.filters = Narrowing.read(filters).kept()
    row.layout = Layout(layout) if layout is not None else row.layout
    row.is_pinned = row.is_pinned if is_pinned is None else is_pinned
    if not isinstance(columns, Unset):
        row.columns = None if columns is None else queue_columns.checked(columns)
    row.version += 1
    row.save()
    _record(actor, row, "view.change")
    return row


@service("view.remove")
def remove_view(*, actor: Actor, view_id: int, expected_version: int | None = None) -> None:
    """Delete a view; the tickets stay as they are.

    Raises:
        NotFound, Refused, Stale: see :func:`change_view`.
    """
    row = _locked(actor, view_id, expected_version)
    _record(actor, row, "view.remove")
    row.delete()


def may_change(actor: Actor, row: SavedView) -> bool:
    """Tell whether somebody may change a view: its maker, or who configures whom it is for."""
    return row.owner_id == actor.id or _configures(actor, row)


def _configures(actor: Actor, row: SavedView) -> bool:
    place = row.team.organisation_id if row.team else row.organisation_id
    return place is not None and actor.scope.allows("desk.configure", place)


def _locked(actor: Actor, view_id: int, expected_version: int | None) -> SavedView:
    rows = SavedView.objects.select_for_update(of=("self",)).select_related("team", "organisation")
    row = get_visible(SavedView, actor, rows, pk=view_id)
    if not may_change(actor, row):
        raise Refused(_("Only who made this view, or who configures the desk, may change it."))
    if expected_version is not None and row.version != expected_version:
        raise Stale(_("This view was changed since you opened it. Look at it again."))
    return row


def _set(
    actor: Actor,
    row: SavedView,
    *,
    name: str,
    reach: Reach,
    team: Team | None,
    organisation: Organisation | None,
) -> None:
    """Set the name and whom it is for, checked."""
    row.name = " ".join(name.replace("\x00", "").split())[:NAME_MAX]
    if not row.name:
        raise Invalid(_("Give the view a name."), fields={"name": [_("The name is empty.")]})
    row.reach = Reach(reach)
    row.team = team if row.reach == Reach.TEAM else None
    row.organisation = organisation if row.reach == Reach.ORGANISATION else None
    if row.reach == Reach.TEAM:
        if row.team is None:
            raise Invalid(_("Choose the team."), fields={"team": [_("Choose the team.")]})
        if row.team.pk not in actor.scope.team_ids and not _configures(actor, row):
            raise Refused(_("You share views with your own teams."))
    if row.reach == Reach.ORGANISATION:
        if row.organisation is None:
            text = _("Choose the organisation.")
            raise Invalid(text, fields={"organisation": [text]})
        if not _configures(actor, row):
            raise Refused(_("Who configures the desk shares views with an organisation."))
    if _beside(row).filter(name=row.name).exclude(pk=row.pk).exists():
        raise Conflict(_("There is a view of this name already."))


def _beside(row: SavedView) -> QuerySet[SavedView]:
    """Give the views beside which a view stands."""
    if row.reach == Reach.TEAM:
        return SavedView.objects.filter(team=row.team)
    if row.reach == Reach.ORGANISATION:
        return SavedView.objects.filter(organisation=row.organisation)
    return SavedView.objects.filter(owner_id=row.owner_id, reach=Reach.ME)


def _record(actor: Actor, row: SavedView, verb: str) -> None:
    # The name and the words sought may say anything of anybody: the row holds them.
    filters = {name: value for name, value in row.filters.items() if name != "q"}
    place = row.team.organisation_id if row.team else row.organisation_id
    journal.record(
        actor=actor,
        verb=verb,
        subject=row,
        organisation_id=place or actor.scope.organisation_id,
        after={
            "reach": row.reach,
            "team_id": row.team_id,
            "layout": row.layout,
            "is_pinned": row.is_pinned,
            "filters": filters,
            "columns": row.columns,
        },
    )
