"""Solutions, and the user's answer."""

from __future__ import annotations

from compagnon.contracts.subjects import Measure
from compagnon.core.actor import Actor
from compagnon.desk import rules
from compagnon.desk.loading import acts
from compagnon.desk.loading.telling import IllegalStory, Telling, Values, does
from compagnon.desk.models import Solution, State


@does(acts.Solved)
def solve(telling: Telling, act: acts.Solved, actor: Actor) -> None:
    """Do as ``services.propose_solution``."""
    row, at = telling.row, act.at
    values = telling.move("solved")
    if row["state"] == State.PENDING:
        telling.clocks.resume(actor=actor, at=at)
    if row["taken_at"] is None:
        values = telling.taken_up(act) | values
    if row["assignee_id"] is None and actor.id is not None:
        values["assignee_id"] = actor.id
    values |= telling.responded(act, actor)
    telling.clocks.stop(actor=actor, measure=Measure.RESOLUTION, at=at)
    message_id = telling.write(at, "solution", act.text, author=actor.id, public=True)
    solution_id = telling.bulk.add(
        Solution,
        ticket_id=row["id"],
        message_id=message_id,
        kind=act.kind,
        proposed_by_id=actor.id,
        proposed_at=at,
        nonce=telling.nonce(),
    )
    telling.solution = telling.bulk.rows(Solution)[-1]
    values |= {
        "solved_at": at,
        "awaits_answer": False,
        "close_after": rules.closes_after(at, telling.rules.close_after_days),
    }
    telling.mail("solution", at, actor, message_id=message_id, solution_id=solution_id)
    after = {"solution_id": solution_id, "solution_kind": act.kind, "message_id": message_id}
    telling.apply(actor, "ticket.solve", at, values, after)


@does(acts.Accepted)
def accept(telling: Telling, act: acts.Accepted, actor: Actor) -> None:
    """Do as ``services.accept_solution``."""
    _close(telling, act, actor, "accepted", "ticket.accept")


@does(acts.Elapsed)
def elapse(telling: Telling, act: acts.Elapsed, actor: Actor) -> None:
    """Do as ``services.close_elapsed``."""
    if telling.row["close_after"] is None or act.at < telling.row["close_after"]:
        raise IllegalStory("the delay before closing is not over")
    _close(telling, act, actor, "elapsed", "ticket.elapse")


@does(acts.Refused)
def refuse(telling: Telling, act: acts.Refused, actor: Actor) -> None:
    """Do as ``services.refuse_solution``."""
    solution = _answer(telling, act, actor, "refused")
    values = telling.reopened(act, actor) | {"awaits_answer": True}
    parties = {telling.row["requester_id"], telling.row["beneficiary_id"]}
    message_id = telling.write(
        act.at, "refusal", act.reason, from_support=False, channel="portal", public=True,
        author=actor.id if actor.id in parties else telling.row["requester_id"],
    )  # fmt: skip
    after = {"solution_id": solution["id"], "message_id": message_id}
    telling.apply(actor, "ticket.refuse", act.at, values, after)


def _answer(telling: Telling, act: acts.Act, actor: Actor, state: str) -> Values:
    solution = telling.solution
    if solution is None or solution["state"] != "proposed":
        raise IllegalStory("there is no solution to answer")
    solution |= {"state": state, "answered_at": act.at, "answered_by_id": actor.id}
    return solution


def _close(telling: Telling, act: acts.Act, actor: Actor, answer: str, verb: str) -> None:
    solution_id = _answer(telling, act, actor, answer)["id"]
    values = telling.move("closed") | {
        "closed_at": act.at,
        "close_after": None,
        "awaits_answer": False,
    }
    telling.mail("closing", act.at, actor, solution_id=solution_id)
    telling.apply(actor, verb, act.at, values, {"solution_id": solution_id})
