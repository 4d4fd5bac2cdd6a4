"""The room's API: thin twins of its pages."""

from __future__ import annotations

from ninja import Router

from compagnon.people.api import (
    accounts,
    directories,
    me,
    organisations,
    persons,
    privacy,
    providers,
    roles,
    teams,
)
from compagnon.people.resources import ORGANISATIONS, SITES, TEAMS

router = Router()
for part in (
    persons.router,
    ORGANISATIONS.routes(),
    organisations.router,
    SITES.routes(),
    TEAMS.routes(),
    teams.router,
    roles.router,
    accounts.router,
    me.router,
    privacy.router,
    directories.router,
    providers.router,
):
    router.add_router("", part)
