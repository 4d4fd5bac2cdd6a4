"""Qualifying, taking, assigning, putting on hold, cancelling, reopening."""

from __future__ import annotations

from compagnon.core.actor import Actor
from compagnon.desk import rules
from compagnon.desk.loading import acts
from compagnon.desk.loading.telling import IllegalStory, Telling, Values, does
from compagnon.desk.models import State

KEYED = frozenset({"category", "service", "request_type", "beneficiary"})


@does(acts.Qualified)
def qualify(telling: Telling, act: acts.Qualified, actor: Actor) -> None:
    """Do as ``services.qualify``."""
    row, setting = telling.row, telling.setting
    values: Values = {
        f"{name}_id" if name in KEYED else name: value for name, value in act.values.items()
    }
    category_id = values.get("category_id")
    if category_id and row["team_id"] is None and setting.categories[category_id][1]:
        values["team_id"] = setting.categories[category_id][1]
    if values.get("request_type_id"):
        values["service_id"], values["kind"] = setting.request_types[values["request_type_id"]]
    if "beneficiary_id" in values:
        values["site_id"] = setting.people[values["beneficiary_id"]].site_id
    values["priority"] = rules.priority(
        values["impact"] if "impact" in values else row["impact"],
        values["urgency"] if "urgency" in values else row["urgency"],
        telling.rules.matrix,
    )
    if row["qualified_at"] is None:
        values["qualified_at"] = act.at
    telling.apply(actor, "ticket.qualify", act.at, values)


@does(acts.Taken)
def take(telling: Telling, act: acts.Taken, actor: Actor) -> None:
    """Do as ``services.take``."""
    values = {"assignee_id": actor.id} | telling.taken_up(act)
    if telling.row["team_id"] is None:
        values["team_id"] = telling.setting.first_team(actor.id or 0)
    telling.apply(actor, "ticket.take", act.at, values)


@does(acts.Assigned)
def assign(telling: Telling, act: acts.Assigned, actor: Actor) -> None:
    """Do as ``services.assign``."""
    team_id = act.team or (telling.row["team_id"] if act.assignee else None)
    values: Values = {"team_id": team_id, "assignee_id": act.assignee}
    if act.assignee:
        teams = telling.setting.teams_of.get(act.assignee, [])
        if not teams or (act.team and act.team not in teams):
            raise IllegalStory(f"{act.assignee} is not of team {act.team}")
        if team_id not in teams:
            values["team_id"] = min(teams)
        values |= telling.taken_up(act)
    elif not telling.is_open:
        raise IllegalStory("nobody works on it any more")
    telling.apply(actor, "ticket.assign", act.at, values)


@does(acts.Pended)
def pend(telling: Telling, act: acts.Pended, actor: Actor) -> None:
    """Do as ``services.pend``."""
    waiting = telling.row["state"] == State.PENDING
    values: Values = {} if waiting else telling.move("pending")
    values |= {
        "pending_reason": act.reason,
        "pending_until": act.until,
        "wait_reason_id": telling.setting.wait_reasons.get(act.reason),
    }
    telling.clocks.pause(actor=actor, reason=act.reason, at=act.at, facts=telling.facts())
    after = {}
    if act.note.strip():
        after["message_id"] = telling.write(act.at, "note", act.note, author=actor.id)
    telling.apply(actor, "ticket.pend", act.at, values, after)


@does(acts.Resumed)
def resume(telling: Telling, act: acts.Resumed, actor: Actor) -> None:
    """Do as ``services.resume``."""
    if telling.row["state"] != State.PENDING:
        raise IllegalStory("it is not on hold")
    telling.clocks.resume(actor=actor, at=act.at)
    telling.apply(actor, "ticket.resume", act.at, telling.move("open"))


@does(acts.Cancelled)
def cancel(telling: Telling, act: acts.Cancelled, actor: Actor) -> None:
    """Do as ``services.cancel``."""
    values = telling.move("cancelled") | {"closed_at": act.at, "awaits_answer": False}
    message_id = telling.write(act.at, "note", act.reason, author=actor.id)
    telling.clocks.cancel(actor=actor, at=act.at)
    telling.apply(actor, "ticket.cancel", act.at, values, {"message_id": message_id})


@does(acts.Reopened)
def reopen(telling: Telling, act: acts.Reopened, actor: Actor) -> None:
    """Do as ``services.reopen``."""
    if telling.is_open:
        raise IllegalStory("it is open")
    values = telling.reopened(act, actor)
    by_user = actor.id in {telling.row["requester_id"], telling.row["beneficiary_id"]}
    message_id = telling.write(
        act.at, "reply", act.reason, author=actor.id, from_support=not by_user,
        channel="portal" if by_user else "desk", public=True,
    )  # fmt: skip
    values["awaits_answer"] = by_user
    if not by_user:
        telling.mail("reopened", act.at, actor, message_id=message_id)
    telling.apply(actor, "ticket.reopen", act.at, values, {"message_id": message_id})
