"""Rows for tests of this room and of the rooms above, written directly."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time
from typing import Any

from compagnon.contracts.models import (
    Calendar,
    Closure,
    Commitment,
    ContractKind,
    ContractState,
    PauseRule,
    RequestKind,
    RequestType,
    Service,
    ServiceContract,
)
from compagnon.contracts.services.calendars import revise
from compagnon.contracts.subjects import Measure
from compagnon.contracts.terms import touch
from compagnon.people.models import Organisation, OrganisationKind, Team
from compagnon.people.tests.factories import organisation

_numbers = itertools.count(1)

OFFICE_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]
OFFICE_WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), OFFICE_DAY)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def calendar(
    name: str = "",
    *,
    always_open: bool = False,
    weekly: dict[str, Any] | None = None,
    holidays: bool = True,
    **values: Any,
) -> Calendar:
    """Monday to Friday, 9 to 12 and 13 to 18 in Paris, French public holidays; or 24 × 7."""
    number = next(_numbers)
    values.setdefault("code", f"calendar-{number}")
    if not always_open:
        values["weekly"] = OFFICE_WEEK if weekly is None else weekly
        values.setdefault("holiday_country", "FR" if holidays else "")
    made = Calendar.objects.create(
        name=name or f"Calendrier {number}", is_always_open=always_open, **values
    )
    revise(made, at=LONG_AGO)
    return made


def closure(
    calendar: Calendar,
    first_day: date,
    last_day: date | None = None,
    *,
    from_time: time | None = None,
    until_time: time | None = None,
    **values: Any,
) -> Closure:
    """A closure of these days, frozen into the calendar at once."""
    made = Closure.objects.create(
        calendar=calendar,
        first_day=first_day,
        last_day=last_day or first_day,
        from_time=from_time,
        until_time=until_time,
        **values,
    )
    revise(calendar, at=LONG_AGO)
    return made


def service(name: str = "", *, parent: Service | None = None, **values: Any) -> Service:
    """A service of the catalogue."""
    number = next(_numbers)
    values.setdefault("code", f"service-{number}")
    made = Service.objects.create(name_fr=name or f"Service {number}", parent=parent, **values)
    touch()
    return made


def request_type(
    service_: Service | None = None,
    name: str = "",
    *,
    kind: str = RequestKind.SERVICE_REQUEST,
    **values: Any,
) -> RequestType:
    """Something that may be asked for on a service."""
    return RequestType.objects.create(
        service=service_ or service(),
        name_fr=name or f"Demande {next(_numbers)}",
        kind=kind,
        **values,
    )


def contract(
    client: Organisation | None = None,
    *,
    provider: Organisation | None = None,
    team: Team | None = None,
    calendar_: Calendar | None = None,
    pauses: dict[str, bool] | None = None,
    targets: dict[str, int] | None = None,
    **values: Any,
) -> ServiceContract:
    """A contract in force since 2020, on office hours, without commitments but ``targets``.

    Args:
        team: makes it an agreement of that team.
        targets: seconds by measure, for every subject.
    """
    number = next(_numbers)
    if provider is None:
        top = client.parent if client is not None else None
        provider = top or organisation(kind=OrganisationKind.PROVIDER)
    values.setdefault("kind", ContractKind.OLA if team else ContractKind.SLA)
    values.setdefault("name", f"Contrat {number}")
    values.setdefault("reference", f"C-{number:04d}")
    values.setdefault("starts_on", date(2020, 1, 1))
    values.setdefault("state", ContractState.ACTIVE)
    made = ServiceContract.objects.create(
        provider=provider,
        client=None if team else client or organisation(parent=provider),
        team=team,
        calendar=calendar_ or calendar(),
        **values,
    )
    for reason, pausing in (pauses or {}).items():
        PauseRule.objects.create(contract=made, reason=reason, pauses=pausing)
    for measure, seconds in (targets or {}).items():
        commitment(made, measure, seconds)
    touch()
    return made


def commitment(
    contract_: ServiceContract | None = None,
    measure: str = Measure.RESOLUTION,
    target_seconds: int = 8 * 3600,
    **values: Any,
) -> Commitment:
    """A commitment of the contract, for every subject unless criteria are given."""
    made = Commitment.objects.create(
        contract=contract_ or contract(), measure=measure, target_seconds=target_seconds, **values
    )
    touch()
    return made
