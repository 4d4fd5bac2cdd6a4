"""Sites: where people of an organisation work."""

from __future__ import annotations

from typing import TypedDict

from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.models import Organisation, Site
from compagnon.people.services import rows


class SiteChanges(TypedDict, total=False):
    """What may be changed of a site; a key that is absent stays as it is."""

    name: str
    address: str
    access: str
    time_zone: str


@service("organisation.manage")
def create(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    address: str = "",
    access: str = "",
    time_zone: str = "",
) -> Site:
    """Add a site to an organisation, in the organisation's time zone unless another is given.

    Raises:
        Refused: the actor does not manage the organisation.
        Invalid: a value is not valid, or the organisation has a site of that name.
    """
    policies.check(actor, "organisation.manage", organisation.pk)
    made = Site(organisation=organisation, time_zone=time_zone or organisation.time_zone)
    changes = {"name": name, "address": address, "access": access}
    rows.revise(made, changes, allowed=changes)
    rows.keep(made)
    journal.record(actor=actor, verb="site.create", subject=made, after={"name": made.name})
    return made


@service("organisation.manage")
def change(
    *, actor: Actor, site: Site, changes: SiteChanges, expected_version: int | None = None
) -> Site:
    """Change a site.

    Raises:
        Refused: the actor does not manage its organisation.
        Invalid: a value is not valid.
        Stale: it has another version than expected.
    """
    policies.check(actor, "organisation.manage", site.organisation_id)
    row = rows.lock(site, expected_version=expected_version)
    revision = rows.revise(row, changes, allowed=SiteChanges.__annotations__)
    if revision.names:
        rows.keep(row, fields=revision.names)
        journal.record(
            actor=actor,
            verb="site.change",
            subject=row,
            before=revision.before,
            after=revision.after,
        )
    return row


@service("organisation.manage")
def remove(*, actor: Actor, site: Site) -> None:
    """Delete a site where nothing ever happened; people who worked there have none any more.

    Raises:
        Refused: the actor does not manage its organisation.
        Conflict: something refers to it (a ticket, an appointment).
    """
    policies.check(actor, "organisation.manage", site.organisation_id)
    row = rows.lock(site)
    journal.record(actor=actor, verb="site.remove", subject=row, before={"name": row.name})
    try:
        row.delete()
    except ProtectedError:
        raise Conflict(_("Something refers to this site: it cannot be deleted.")) from None
