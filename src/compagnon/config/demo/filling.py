"""Filling an empty database with the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compagnon.config.demo import (
    connected,
    contracts,
    daily,
    organisation,
    park,
    park_life,
    park_supplies,
    pictures,
    requests,
    services_map,
    supplies,
    titles,
)
from compagnon.config.demo.pen import MATRIX, Times
from compagnon.config.demo.telling import year
from compagnon.config.demo.world import World
from compagnon.contracts.clock.calendars import Calendar
from compagnon.core import files, journal
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Conflict
from compagnon.core.models import Entry
from compagnon.desk.loading import Loaded, load
from compagnon.desk.models import Ticket
from compagnon.desk.services import settings as desk_settings
from compagnon.people.models import Organisation, Person

FILLED = "demo.fill"
SCREENS = ("capture.png", "Capture d’écran ({}).png", "erreur.png", "ecran{}.png")
LOGS = ("journal.txt", "trace_vpn.log", "rapport.txt")


class NotEmpty(Conflict):
    """The database holds something else than the demonstration."""

    code = "not-empty"
    title = _("The database is not empty")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demonstration was filled with."""

    tickets: int
    seed: int
    until: str


def present() -> Demonstration | None:
    """Give what the database was filled with, if it holds the demonstration."""
    entry = Entry.objects.filter(verb=FILLED).first()
    return Demonstration(**entry.after) if entry is not None else None


def check_empty() -> None:
    """Refuse a database that holds anybody or anything.

    Raises:
        NotEmpty: it does.
    """
    if any(model.objects.exists() for model in (Organisation, Person, Ticket)):
        raise NotEmpty(
            _(
                "This database holds people or tickets already, and the demonstration fills only "
                "an empty one. Name another: COMPAGNON_DATABASE_URL."
            )
        )


def fill(
    *,
    tickets: int,
    seed: int,
    until: datetime,
    each_batch: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Fill an empty database; the same seed and moment tell the same stories.

    Raises:
        NotEmpty: it is not empty.
    """
    check_empty()
    actor = Actor.system("demo", source=Source.DEMO)
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    with transaction.atomic():
        world, parties = organisation.build(actor, rng)
        since = (until - timedelta(days=400)).date().replace(day=1)
        office = contracts.build(actor, world, parties, since=since)
        desk_settings.set_rules(
            actor=actor,
            organisation=parties.client,
            matrix=[list(row) for row in MATRIX],
            close_after_days=5,
            reopen_within_days=14,
        )
        _keep_files(world, rng)
        loaded = tell(world, office, tickets=tickets, seed=seed, until=until, each_batch=each_batch)
        park.fill(actor, parties.client, Random(seed), until=until)  # noqa: S311
        park_supplies.fill(actor, parties.client, parties.provider, on=until.date())
        titles.fill(actor, parties.provider, parties.client, until=until)
        services_map.fill(actor, parties.client)
        services_map.link_tickets(actor, parties.client)
        park_life.fill(actor, parties.client, parties.provider, Random(seed), until=until)  # noqa: S311
        supplies.fill(actor, parties.client, parties.provider, on=until.date())
        daily.fill(actor, world, parties, Times(office, until), seed=seed)
        requests.fill(actor, world)
        journal.record(
            actor=actor,
            verb=FILLED,
            subject=parties.provider,
            organisation_id=parties.provider.pk,
            after={"tickets": tickets, "seed": seed, "until": until.isoformat()},
        )
    connected.follow_from_now()
    return loaded


def _keep_files(world: World, rng: Random) -> None:
    """Store what people attach and sign with; each content is kept once, whatever refers to it."""
    world.signatures = [files.store(pictures.signature(rng)).pk for _ in range(12)]
    for rank in range(6):
        kept = files.store(pictures.screen(rng))
        world.captures.append((kept.pk, rng.choice(SCREENS).format(rank + 1)))
    for name in LOGS:
        world.captures.append((files.store(pictures.log(rng)).pk, name))


def tell(
    world: World,
    office: Calendar,
    *,
    tickets: int,
    seed: int,
    until: datetime,
    each_batch: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Load a year of stories about a world."""
    times = Times(office, until)
    return load(
        year(world, times, count=tickets, seed=seed),
        source=Source.DEMO,
        until=until,
        rng=Random(seed),  # noqa: S311
        each_batch=each_batch,
    )
