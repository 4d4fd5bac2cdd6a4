"""Deciding for good: a decision is recorded with all that it stands on, and never rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Text
from compagnon.core.services import service
from compagnon.people.models import Organisation
from compagnon.titles import policies_decisions as policies
from compagnon.titles import ruling
from compagnon.titles.models import Decision


@service("decision.record")
def record_decision(
    *,
    actor: Actor,
    organisation: Organisation,
    document: Mapping[str, Any],
    at: date | None = None,
    rule_set: str = "",
    previous: Decision | None = None,
) -> Decision:
    """Decide a candidacy and keep the decision: inputs, rule set with its digest, result.

    Args:
        document: the candidacy (docs/reference/decide.md); the candidate's name is left out.
        at: the day of the decision, if the candidacy does not say; today without any.
        rule_set: decide under that set, whatever the day.
        previous: the decision that this one corrects; it stays, and is told to be superseded.

    Raises:
        Refused: the actor does not record decisions of that centre.
        Invalid: the candidacy cannot be read, by JSON pointer; or there is no such rule set.
        Conflict: the decision corrected has a correction already, or is another centre's.
    """
    policies.check(actor, "decision.record", organisation.pk)
    if previous is not None:
        _check_correction(organisation, previous)
    kept = _without_name(document)
    decision = try_decision(document=kept, at=at, rule_set=rule_set)
    return keep_decision(
        actor=actor, organisation=organisation, decision=decision, inputs=kept, previous=previous
    )


@service("decision.keep")
def keep_decision(
    *,
    actor: Actor,
    organisation: Organisation,
    decision: ruling.Decision,
    inputs: Mapping[str, Any],
    previous: Decision | None = None,
) -> Decision:
    """Keep what was decided, without asking the actor's roles: for services that did.

    A jury's minutes keep their decision so: a juror needs no role.
    """
    row = Decision.objects.create(
        organisation=organisation,
        candidacy=decision.case.candidacy.reference,
        title_code=decision.case.code,
        path=decision.case.candidacy.path,
        request=decision.case.candidacy.request,
        outcome=str(decision.outcome),
        decided_on=decision.at,
        rule_set=decision.rule_set.id,
        rule_set_digest=decision.rule_set.digest,
        inputs=_without_name(inputs),
        result=ruling.document(decision),
        recorded_at=timezone.now(),
        recorded_by_id=actor.id,
        previous=previous,
    )
    journal.record(
        actor=actor,
        verb="decision.record",
        subject=row,
        after={
            "outcome": row.outcome,
            "rule_set": row.rule_set,
            "decided_on": row.decided_on,
            "previous": previous.pk if previous else None,
        },
    )
    return row


def try_decision(*, document: Any, at: date | None = None, rule_set: str = "") -> ruling.Decision:
    """Decide a candidacy and keep nothing.

    Args:
        document: parsed JSON.

    Raises:
        Invalid: it cannot be read, by JSON pointer; or there is no such rule set.
    """
    try:
        candidacy = ruling.read_candidacy(document)
        chosen = ruling.rule_set(rule_set) if rule_set else None
        return ruling.decide(
            candidacy, at=at or candidacy.on or timezone.localdate(), rule_set=chosen
        )
    except ruling.Unreadable as error:
        raise unreadable(error) from error
    except ruling.UnknownRuleSet as error:
        raise Invalid(
            _("There is no rule set for %(what)s.") % {"what": error}, code="no-rule-set"
        ) from error


def unreadable(error: ruling.Unreadable) -> Invalid:
    """Tell what cannot be read of a candidacy, each fault under its JSON pointer."""
    fields: dict[str, list[Text]] = {}
    for one in error.problems:
        fields.setdefault(one.pointer or "/", []).append(one.words.text(language()))
    return Invalid(_("This candidacy cannot be read."), code="candidacy-unreadable", fields=fields)


def language() -> ruling.Language:
    """Give the language in force, as the rules name it."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def _without_name(document: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the candidate's name: a reference is enough, and rows here are never erased."""
    kept = dict(document)
    if isinstance(kept.get("candidate"), Mapping):
        kept["candidate"] = {
            key: value for key, value in kept["candidate"].items() if key != "name"
        }
    return kept


def _check_correction(organisation: Organisation, previous: Decision) -> None:
    if previous.organisation_id != organisation.pk:
        raise Conflict(_("The decision to correct is another centre’s."))
    if Decision.objects.filter(previous=previous).exists():
        raise Conflict(_("This decision has a correction already: correct that one."))
