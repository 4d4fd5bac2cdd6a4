"""Handing a ticket over."""

from __future__ import annotations

from compagnon.core.actor import Actor
from compagnon.desk.loading import acts
from compagnon.desk.loading.telling import IllegalStory, Telling, Values, does
from compagnon.desk.models import Escalation, State


@does(acts.Escalated)
def escalate(telling: Telling, act: acts.Escalated, actor: Actor) -> None:
    """Do as ``services.escalate``."""
    _hand_over(
        telling, act, actor, "functional", "ticket.escalate",
        to_team=act.to_team, parts=(act.reason, act.tried, act.needed),
    )  # fmt: skip


@does(acts.Transferred)
def transfer(telling: Telling, act: acts.Transferred, actor: Actor) -> None:
    """Do as ``services.transfer``."""
    _hand_over(
        telling, act, actor, "transfer", "ticket.transfer",
        to_team=act.to_team, parts=(act.reason, "", ""),
    )  # fmt: skip


@does(acts.AuthorityAsked)
def ask_authority(telling: Telling, act: acts.AuthorityAsked, actor: Actor) -> None:
    """Do as ``services.escalate_to_authority``."""
    _hand_over(
        telling, act, actor, "hierarchical", "ticket.escalate_to_authority",
        to_person=act.to_person, parts=(act.reason, "", ""),
    )  # fmt: skip


def _hand_over(
    telling: Telling,
    act: acts.Act,
    actor: Actor,
    kind: str,
    verb: str,
    *,
    parts: tuple[str, str, str],
    to_team: int | None = None,
    to_person: int | None = None,
) -> None:
    row = telling.row
    if not telling.is_open or (to_team is not None and to_team == row["team_id"]):
        raise IllegalStory("nothing to hand over")
    reason, tried, needed = parts
    escalation_id = telling.bulk.add(
        Escalation,
        ticket_id=row["id"],
        kind=kind,
        from_team_id=row["team_id"],
        to_team_id=to_team,
        to_person_id=to_person,
        by_id=actor.id,
        reason=reason,
        tried=tried,
        needed=needed,
        occurred_at=act.at,
    )
    text = "\n\n".join(filter(None, parts))
    message_id = telling.write(act.at, "escalation", text, author=actor.id)
    values: Values = {"escalated_at": act.at}
    if to_team is not None:
        values = {"team_id": to_team, "assignee_id": None}
        if row["state"] == State.PENDING:
            values |= telling.move("open")
            telling.clocks.resume(actor=actor, at=act.at)
    else:
        telling.mail("authority", act.at, actor, message_id=message_id, to=to_person)
    after = {"escalation_id": escalation_id, "message_id": message_id, "to_person_id": to_person}
    telling.apply(actor, verb, act.at, values, after)
