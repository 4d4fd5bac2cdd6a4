"""The calendars and the running contracts of the demonstration."""

from __future__ import annotations

from datetime import date

from compagnon.config.demo.organisation import Parties
from compagnon.config.demo.world import World
from compagnon.contracts.clock.calendars import Calendar as Hours
from compagnon.contracts.frozen import calendar_of
from compagnon.contracts.models import Calendar, CalendarRevision, ContractKind
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.services import calendars, contracts
from compagnon.contracts.services.calendars import CalendarChanges, ClosureLine
from compagnon.contracts.subjects import Measure
from compagnon.core.actor import Actor
from compagnon.people.models import Organisation

MINUTE, HOUR = 60, 3600
OFFICE_CODE, ALWAYS_CODE = "heures-ouvrees", "24-7"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = [["08:30", "12:30"], ["13:30", "18:00"]]
SUPPLIER = [["08:00", "12:00"], ["13:30", "17:00"]]

# Seconds promised by priority, 1 to 5; the first counts round the clock.
TAKE_UP = (15 * MINUTE, 45 * MINUTE, 90 * MINUTE, 4 * HOUR, 8 * HOUR)
RESPONSE = (30 * MINUTE, 90 * MINUTE, 3 * HOUR, 8 * HOUR, 16 * HOUR)
RESOLUTION = (4 * HOUR, 8 * HOUR, 17 * HOUR, 34 * HOUR, 85 * HOUR)


def build(actor: Actor, world: World, parties: Parties, *, since: date) -> Hours:
    """Write calendars and contracts, in force from ``since``; give the support's office hours."""
    office = _calendar(actor, OFFICE_CODE, "Heures ouvrées (France)", country="FR")
    _calendar(actor, ALWAYS_CODE, "24 h / 24, 7 jours / 7")
    rhine = _calendar(
        actor, "alsace-moselle", "Heures ouvrées (Alsace-Moselle)",
        country="FR", region="6AE", week=SUPPLIER,
    )  # fmt: skip
    sla(actor, world, parties, client=parties.client, since=since)
    _ola(actor, parties, since, office, key="systems", take_up=4 * HOUR, resolution=17 * HOUR)
    _ola(actor, parties, since, office, key="experts", take_up=6 * HOUR, resolution=34 * HOUR)
    _underpinning(actor, parties, since, rhine, world.services["printing"])
    return calendar_of(CalendarRevision.objects.get(calendar=office, number=office.revision))


def _calendar(
    actor: Actor,
    code: str,
    name: str,
    *,
    country: str = "",
    region: str = "",
    week: list[list[str]] = OFFICE,
) -> Calendar:
    values: CalendarChanges = {"code": code, "name": name, "time_zone": "Europe/Paris"}
    if not country:
        return calendars.create(actor=actor, values={**values, "is_always_open": True})
    values |= {
        "weekly": dict.fromkeys(DAYS, week),
        "holiday_country": country,
        "holiday_subdivision": region,
    }
    eve = ClosureLine(
        date(2020, 12, 24), date(2020, 12, 24), every_year=True, label="Veille de Noël"
    )
    return calendars.create(actor=actor, values=values, closures=[eve])


def _line(measure: Measure, seconds: int, priority: int, always: Calendar) -> CommitmentLine:
    return CommitmentLine(
        measure=measure.value,
        target_seconds=seconds,
        priorities=(priority,),
        calendar_id=always.pk if priority == 1 else None,
    )


def sla(
    actor: Actor,
    world: World,
    parties: Parties,
    *,
    client: Organisation,
    since: date,
) -> None:
    """Write the contract with a client, on the calendars that :func:`build` made."""
    office = Calendar.objects.get(code=OFFICE_CODE)
    always = Calendar.objects.get(code=ALWAYS_CODE)
    made = contracts.create(
        actor=actor,
        provider=parties.provider,
        client=client,
        name=f"Infogérance {client.name}",
        reference=f"INF-{since.year}-{client.pk:02d}",
        starts_on=since,
        calendar=office,
    )
    lines = [
        _line(measure, seconds, priority, always)
        for measure, targets in (
            (Measure.TAKE_UP, TAKE_UP),
            (Measure.FIRST_RESPONSE, RESPONSE),
            (Measure.RESOLUTION, RESOLUTION),
        )
        for priority, seconds in enumerate(targets, 1)
    ]
    # Some requests take what they take, whatever their priority.
    for key, days in (("computer", 15), ("joiner", 10), ("mobile", 10)):
        lines.append(
            CommitmentLine(
                measure=Measure.RESOLUTION.value,
                target_seconds=days * 8 * HOUR + days * 30 * MINUTE,
                request_type_id=world.requests[key],
            )
        )
    pauses = {
        "waiting_user": True,
        "appointment": True,
        "waiting_approval": True,
        "waiting_supplier": False,
        "other": False,
    }
    terms = TermsChange(office.pk, tuple(lines), pauses)
    contracts.change_terms(actor=actor, contract=made, terms=terms)
    contracts.activate(actor=actor, contract=made)


def _ola(
    actor: Actor,
    parties: Parties,
    since: date,
    office: Calendar,
    *,
    key: str,
    take_up: int,
    resolution: int,
) -> None:
    team = parties.teams[key]
    made = contracts.create(
        actor=actor,
        kind=ContractKind.OLA,
        provider=parties.provider,
        team=team,
        name=f"Accord interne – {team.name}",
        reference=f"OLA-{since.year}-{team.level}",
        starts_on=since,
        calendar=office,
    )
    lines = (
        CommitmentLine(Measure.TAKE_UP.value, take_up),
        CommitmentLine(Measure.RESOLUTION.value, resolution),
    )
    contracts.change_terms(actor=actor, contract=made, terms=TermsChange(office.pk, lines, {}))
    contracts.activate(actor=actor, contract=made)


def _underpinning(
    actor: Actor, parties: Parties, since: date, rhine: Calendar, printing: int
) -> None:
    made = contracts.create(
        actor=actor,
        kind=ContractKind.UNDERPINNING,
        provider=parties.supplier,
        client=parties.provider,
        name="Entretien des copieurs",
        reference=f"SOU-{since.year}-07",
        starts_on=since,
        ends_on=date(since.year + 3, 12, 31),
        calendar=rhine,
    )
    lines = (
        CommitmentLine(Measure.TAKE_UP.value, 4 * HOUR, service_id=printing),
        CommitmentLine(Measure.RESOLUTION.value, 15 * HOUR, service_id=printing),
    )
    contracts.change_terms(actor=actor, contract=made, terms=TermsChange(rhine.pk, lines, {}))
    contracts.activate(actor=actor, contract=made)
