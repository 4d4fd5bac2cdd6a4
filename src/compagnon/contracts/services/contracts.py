"""Writing service contracts: drafts, their terms, putting in force, ending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypedDict

from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.contracts import policies
from compagnon.contracts.errors import InUse, NotDraft, NotInForce
from compagnon.contracts.models import Calendar, ContractKind, ContractState, ServiceContract
from compagnon.contracts.proposals import TermsChange
from compagnon.contracts.services.following import clocks_under, follow
from compagnon.contracts.services.terms_writing import check_terms, write_commitments, write_pauses
from compagnon.contracts.terms import touch
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Text
from compagnon.core.services import service
from compagnon.people.models import Organisation, Team
from compagnon.people.services import rows

VERB = "contract.manage"
PARTIES = frozenset({"kind", "provider", "client", "team"})


class ContractChanges(TypedDict, total=False):
    """What may be changed of a contract beside its terms; an absent key stays as it is."""

    kind: str
    provider: Organisation
    client: Organisation | None
    team: Team | None
    name: str
    reference: str
    starts_on: date
    ends_on: date | None
    warn_percent: int


@service(VERB)
def create(
    *,
    actor: Actor,
    provider: Organisation,
    name: str,
    reference: str,
    starts_on: date,
    calendar: Calendar,
    kind: str = ContractKind.SLA,
    client: Organisation | None = None,
    team: Team | None = None,
    ends_on: date | None = None,
    warn_percent: int = 75,
) -> ServiceContract:
    """Write a draft, without commitments yet.

    Raises:
        Refused: the actor does not manage contracts on both parties.
        Invalid: a value is not valid, or the parties do not suit the kind.
    """
    values: ContractChanges = {
        "kind": kind,
        "provider": provider,
        "client": client,
        "team": team,
        "name": name,
        "reference": reference,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "warn_percent": warn_percent,
    }
    made = ServiceContract(
        calendar=calendar,
        **{
            field: rows.clean_text(field, value) if isinstance(value, str) else value
            for field, value in values.items()
        },
    )
    _refuse_unsuited(made)
    policies.check_manage(actor, made)
    rows.keep(made)
    _record(actor, "contract.create", made, after={"reference": made.reference, "kind": made.kind})
    return made


def _put(row: ServiceContract, values: Mapping[str, object]) -> rows.Revision:
    """Put values on the row, not yet saved.

    Raises:
        Invalid: a value is missing or does not suit the others.
    """
    revision = rows.revise(row, values, allowed=ContractChanges.__annotations__)
    _refuse_unsuited(row)
    return revision


def _refuse_unsuited(row: ServiceContract) -> None:
    """Say in words what the table's constraints would refuse."""
    fields: dict[str, list[Text]] = {}
    ola = row.kind == ContractKind.OLA
    if ola and row.team_id is None:
        fields["team"] = [_("An agreement between teams names the team.")]
    if ola and row.client_id is not None:
        fields["client"] = [_("An agreement between teams has no client.")]
    if not ola and row.client_id is None:
        fields["client"] = [_("Name the client.")]
    if not ola and row.team_id is not None:
        fields["team"] = [_("Only an agreement between teams names a team.")]
    if row.ends_on is not None and row.ends_on < row.starts_on:
        fields["ends_on"] = [_("The last day comes before the first.")]
    if not 1 <= row.warn_percent <= 99:
        fields["warn_percent"] = [_("Between 1 and 99.")]
    if fields:
        raise Invalid(fields=fields)


@service(VERB)
def change(
    *,
    actor: Actor,
    contract: ServiceContract,
    changes: ContractChanges,
    expected_version: int | None = None,
) -> ServiceContract:
    """Change a contract beside its terms. The parties change only while it is a draft.

    Raises:
        Refused: the actor does not manage contracts on both parties.
        Invalid: a value is not valid.
        NotDraft: the parties of a contract in force.
        Stale: it has another version than expected.
    """
    row = rows.lock(contract, expected_version=expected_version)
    policies.check_manage(actor, row)
    revision = _put(row, changes)
    if not revision.names:
        return row
    if row.state != ContractState.DRAFT and PARTIES.intersection(revision.names):
        raise NotDraft(_("The parties change only while the contract is a draft: write another."))
    policies.check_manage(actor, row)
    if row.state == ContractState.ENDED and row.ends_on is None:
        raise Invalid(fields={"ends_on": [_("A contract that ended has a last day.")]})
    rows.keep(row, fields=revision.names)
    _record(actor, "contract.change", row, before=revision.before, after=revision.after)
    if row.state != ContractState.DRAFT:
        _put_in_force(actor, row, timezone.now())
    return row


@service(VERB)
def change_terms(
    *,
    actor: Actor,
    contract: ServiceContract,
    terms: TermsChange,
    expected_version: int | None = None,
) -> ServiceContract:
    """Put new terms in force: calendar, commitments, pause rules, all as given.

    Stopped clocks stay as they were counted. Running ones go on under the new terms from now; what
    was not counted before begins on open tickets from now too, in the background;
    ``queries.what_if`` tells beforehand what the terms would have done to past tickets.

    Raises:
        Refused: the actor does not manage contracts on both parties.
        Invalid: a value is not valid; ``fields`` names it as ``commitments.2.target_seconds``.
        Ambiguous: two commitments are about exactly the same tickets.
        NotInForce: the contract has ended.
        Stale: it has another version than expected.
    """
    row = rows.lock(contract, expected_version=expected_version)
    policies.check_manage(actor, row)
    if row.state == ContractState.ENDED:
        raise NotInForce(_("The terms of a contract that ended do not change."))
    check_terms(terms)
    now = timezone.now()
    before = {"calendar": row.calendar_id}
    row.calendar_id = terms.calendar_id
    rows.keep(row, fields=["calendar"])
    retired, added = write_commitments(row, terms.commitments, at=now)
    pauses = write_pauses(row, terms.pauses)
    _record(
        actor,
        "contract.change_terms",
        row,
        before={**before, "commitments": retired},
        after={"calendar": row.calendar_id, "commitments": added, "pauses": pauses},
    )
    if row.state != ContractState.DRAFT:
        _put_in_force(actor, row, now)
    return row


def _put_in_force(actor: Actor, row: ServiceContract, at: datetime) -> None:
    """Let running clocks follow, and those begin, by a task, that open subjects lack."""
    from compagnon.contracts.tasks import begin_promised  # tasks import services

    touch()
    follow(actor=actor, clocks=clocks_under(row), at=at)
    begin_promised.enqueue(row.pk, at.isoformat())


@service(VERB)
def activate(
    *, actor: Actor, contract: ServiceContract, expected_version: int | None = None
) -> ServiceContract:
    """Put a draft in force: clocks start for what is opened from its first day on.

    Raises:
        Refused: the actor does not manage contracts on both parties.
        NotDraft: it is in force, or ended.
        Invalid: it promises nothing yet.
    """
    row = rows.lock(contract, expected_version=expected_version)
    policies.check_manage(actor, row)
    if row.state != ContractState.DRAFT:
        raise NotDraft
    if not row.commitments.filter(retired_at=None).exists():
        raise Invalid(_("Write at least one commitment first."))
    _move(actor, row, ContractState.ACTIVE, "contract.activate")
    return row


@service(VERB)
def end(
    *,
    actor: Actor,
    contract: ServiceContract,
    last_day: date,
    expected_version: int | None = None,
) -> ServiceContract:
    """End a contract after ``last_day``. What was opened under it is governed by it to the end.

    Raises:
        Refused: the actor does not manage contracts on both parties.
        NotInForce: it is a draft, or has ended.
        Invalid: the last day comes before its first.
    """
    row = rows.lock(contract, expected_version=expected_version)
    policies.check_manage(actor, row)
    if row.state != ContractState.ACTIVE:
        raise NotInForce
    _put(row, {"ends_on": last_day})
    _move(actor, row, ContractState.ENDED, "contract.end")
    return row


def _move(actor: Actor, row: ServiceContract, state: ContractState, verb: str) -> None:
    before = row.state
    row.state = state
    rows.keep(row, fields=["state", "ends_on"])
    _record(
        actor,
        verb,
        row,
        before={"state": before},
        after={"state": state.value, "ends_on": row.ends_on},
    )
    _put_in_force(actor, row, timezone.now())


@service(VERB)
def remove(*, actor: Actor, contract: ServiceContract) -> None:
    """Delete a draft.

    Raises:
        Refused: the actor does not manage contracts on both parties.
        NotDraft: it was in force: end it instead.
    """
    row = rows.lock(contract)
    policies.check_manage(actor, row)
    if row.state != ContractState.DRAFT:
        raise NotDraft(_("Only a draft can be deleted: end the contract instead."))
    _record(actor, "contract.remove", row, before={"reference": row.reference})
    row.commitments.update(replaces=None)
    try:
        row.commitments.all().delete()
        row.delete()
    except ProtectedError:
        raise InUse(_("Something refers to it: it cannot be deleted.")) from None


def _record(
    actor: Actor,
    verb: str,
    row: ServiceContract,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=row,
        organisation_id=policies.owner_of(row),
        before=before,
        after=after,
    )
