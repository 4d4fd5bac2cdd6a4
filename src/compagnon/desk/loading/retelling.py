"""A ticket brought from elsewhere, told in memory: its steps become rows and journal entries.

Unlike :mod:`telling`, the rules of this desk do not apply to what another desk did: a ticket may be
reopened after a year, closed without a solution, assigned to somebody of no team. No contract's
clock counts, no mail leaves, nothing is announced.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from compagnon.core import journal, markup
from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.core.loading import Bulk, enter
from compagnon.desk import rules
from compagnon.desk.bringing.history import ENDED, History, Step, Words
from compagnon.desk.inbound.sanitise import sanitise
from compagnon.desk.loading.parties import Parties, shortened
from compagnon.desk.models import Message, Solution, Ticket
from compagnon.desk.services.changing import PERSONAL

Values = dict[str, Any]
NAME = "import"
QUALIFIES = ("impact", "urgency", "priority", "title", "affected_item", "kind")
# A solution that is written within so long of the change of state is that change's.
SOLUTION_WITHIN = 600.0


class Retelling:
    """One ticket while it is told.

    Args:
        recorded_at: when it is brought.
        close_after_days: when a ticket that is left solved closes by itself, from then.
    """

    def __init__(
        self, *, bulk: Bulk, parties: Parties, importer: Actor, recorded_at: datetime,
        close_after_days: int, rng: Random,
    ) -> None:  # fmt: skip
        self.bulk = bulk
        self.parties = parties
        self.importer = importer
        self.recorded_at = recorded_at
        self.close_after_days = close_after_days
        self.rng = rng
        self.row: Values = {}
        self.solution: Values | None = None
        # The proposal that stood before, when a ticket goes on.
        self.standing: Values | None = None
        self.last: datetime
        self._solutions: dict[int, Words] = {}

    # --- beginning -------------------------------------------------------------------------------

    def open(self, history: History, reference: str) -> None:
        """Begin a new ticket, with what its first step says it was."""
        parties = self.parties
        requester = parties.person(history.requester) or parties.unknown()
        first = history.steps[0].values if history.steps else {}
        at = min(history.opened_at, history.steps[0].at) if history.steps else history.opened_at
        self.last = at
        self.row = {}
        self.bulk.add(
            Ticket,
            kind=history.kind,
            title=history.title,
            organisation_id=parties.organisation_of(requester),
            requester_id=requester,
            beneficiary_id=requester,
            channel=history.channel,
            category_id=parties.category(shortened(first.get("category") or ())),
            impact=first.get("impact", 3),
            urgency=first.get("urgency", 2),
            priority=first.get("priority")
            or rules.priority(first.get("impact", 3), first.get("urgency", 2)),
            affected_item=first.get("affected_item", ""),
            team_id=parties.team(first.get("team")),
            opened_at=at,
            activity_at=at,
            external_reference=reference,
        )
        self.row = self.bulk.rows(Ticket).pop()
        message_id = self.write(
            history.description, at, "description", requester, channel=history.channel,
            from_support=False, public=True,
        )  # fmt: skip
        told = (
            "kind", "channel", "requester_id", "beneficiary_id", "priority", "impact", "urgency",
            "category_id", "team_id", "state",
        )  # fmt: skip
        after = {name: self.row[name] for name in told} | {"message_id": message_id}
        self.enter(self.actor(history.opened_by), "ticket.open", at, {}, after)
        if history.kept:
            lines = "\n".join(f"{name}: {value}" for name, value in history.kept.items())
            note = self.write(Words(lines, public=False), at, "note", None)
            self.enter(self.actor(None), "ticket.note", at, {}, {"message_id": note})
            self.row["version"] += 1

    def take_up(self, row: Values, solution: Values | None) -> None:
        """Go on with a ticket that was brought before."""
        self.row = row
        self.solution = self.standing = solution
        self.last = row["activity_at"]

    # --- telling ---------------------------------------------------------------------------------

    def tell(self, steps: tuple[Step, ...] | list[Step]) -> None:
        """Tell what happened, step by step, then where that leaves the ticket."""
        self._solutions = _with_their_solution(steps)
        taken = {id(words) for words in self._solutions.values()}
        for rank, step in enumerate(steps):
            at = self.last = max(step.at, self.last)
            actor = self.actor(step.by)
            self._qualify(step, actor, at)
            self._assign(step, actor, at)
            if step.words is not None and id(step.words) not in taken:
                self._say(step.words, step, actor, at)
            self._move(step, actor, at, self._solutions.get(rank))
        self._leave()

    def _qualify(self, step: Step, actor: Actor, at: datetime) -> None:
        values: Values = {name: step.values[name] for name in QUALIFIES if name in step.values}
        if "category" in step.values:
            path = shortened(step.values["category"] or ())
            values["category_id"] = self.parties.category(path)
        if self.apply(actor, "ticket.qualify", at, values) and self.row["qualified_at"] is None:
            self.row["qualified_at"] = at

    def _assign(self, step: Step, actor: Actor, at: datetime) -> None:
        values: Values = {}
        if "team" in step.values:
            values["team_id"] = self.parties.team(step.values["team"])
        if "assignee" in step.values:
            values["assignee_id"] = self.parties.person(step.values["assignee"])
        self.apply(actor, "ticket.assign", at, values)

    def _say(self, words: Words, step: Step, actor: Actor, at: datetime) -> None:
        author = self.parties.person(step.by)
        kind = "reply" if words.public else "note"
        message_id = self.write(
            words, at, kind, author, from_support=words.by_support, public=words.public
        )
        verb = "ticket.note" if not words.public else "ticket.reply"
        values: Values = {}
        if words.public and words.by_support:
            values["awaits_answer"] = False
            if self.row["first_response_at"] is None:
                values["first_response_at"] = at
        elif words.public:
            verb, values = "ticket.hear", {"awaits_answer": True}
        self.apply(actor, verb, at, values, {"message_id": message_id})

    def _move(self, step: Step, actor: Actor, at: datetime, solution: Words | None) -> None:
        target = step.values.get("state")
        if target is None:
            return
        now = self.row["state"]
        reason = step.values.get("pending_reason") or ("other" if target == "pending" else "")
        if target == "new" and now != "new":
            # Told by the one who decides, so that a dry run says it too.
            target = "open"
        if target == now and (target != "pending" or reason == self.row["pending_reason"]):
            return
        if now in ENDED and target not in ENDED:
            self._reopen(actor, at)
            if target == "open":
                return
        if target == "pending":
            values: Values = {"state": "pending", "pending_reason": reason}
            self.apply(actor, "ticket.pend", at, values)
        elif target == "open":
            verb = "ticket.resume" if now == "pending" else "ticket.started_elsewhere"
            self.apply(actor, verb, at, {"state": "open", **self._off_hold(), **self._taken(at)})
        elif target == "cancelled":
            values = {"state": "cancelled", "closed_at": at, "awaits_answer": False}
            self._answer("withdrawn", actor, at)
            self.apply(actor, "ticket.cancel", at, values | self._off_hold())
        else:
            if now not in {"solved", "closed"}:
                self._solve(step, actor, at, solution)
            if target == "closed":
                self._close(actor, at)
            elif now == "closed":
                self.apply(actor, "ticket.started_elsewhere", at, {"state": "solved"})

    def _off_hold(self) -> Values:
        return {"pending_reason": "", "pending_until": None}

    def _taken(self, at: datetime) -> Values:
        return {} if self.row["taken_at"] else {"taken_at": at}

    def _solve(self, step: Step, actor: Actor, at: datetime, solution: Words | None) -> None:
        words = solution or step.words
        if words is None or not words.is_solution:
            words = Words(_("Solved in the former desk, which says no more."), is_solution=True)
        message_id = self.write(words, at, "solution", actor.id, public=True)
        solution_id = self.bulk.add(
            Solution,
            ticket_id=self.row["id"],
            message_id=message_id,
            kind="permanent",
            proposed_by_id=actor.id,
            proposed_at=at,
            nonce=base64.urlsafe_b64encode(self.rng.randbytes(32)).rstrip(b"=").decode(),
        )
        self.solution = self.bulk.rows(Solution)[-1]
        values = {"state": "solved", "solved_at": at, "awaits_answer": False}
        values |= self._off_hold() | self._taken(at)
        if self.row["first_response_at"] is None:
            values["first_response_at"] = at
        after = {"solution_id": solution_id, "solution_kind": "permanent", "message_id": message_id}
        self.apply(actor, "ticket.solve", at, values, after)

    def _close(self, actor: Actor, at: datetime) -> None:
        self._answer("elapsed", actor, at)
        values = {"state": "closed", "closed_at": at, "close_after": None, "awaits_answer": False}
        self.apply(actor, "ticket.closed_elsewhere", at, values)

    def _reopen(self, actor: Actor, at: datetime) -> None:
        self._answer("refused", actor, at)
        values = {
            "state": "open", "reopen_count": self.row["reopen_count"] + 1, "solved_at": None,
            "closed_at": None, "close_after": None,
        }  # fmt: skip
        self.apply(actor, "ticket.reopen", at, values)

    def _answer(self, state: str, actor: Actor, at: datetime) -> None:
        if self.solution is not None and self.solution["state"] == "proposed":
            self.solution |= {"state": state, "answered_at": at, "answered_by_id": actor.id}

    def _leave(self) -> None:
        """Say when a ticket that is left solved closes by itself: not all of them at once, now."""
        if self.row["state"] == "solved":
            self.row["close_after"] = rules.closes_after(self.recorded_at, self.close_after_days)

    # --- what several share ----------------------------------------------------------------------

    @property
    def reference(self) -> str:
        """The ticket's number in the source."""
        return str(self.row["external_reference"])

    def actor(self, key: str | None) -> Actor:
        """Give who acted, as the journal says it: a person, or the import."""
        correlation_id = self.importer.correlation_id
        person_id = self.parties.person(key)
        if person_id is None:
            return Actor.system(NAME, source=Source.IMPORT, correlation_id=correlation_id)
        return Actor(ActorKind.PERSON, person_id, "", Source.IMPORT, correlation_id=correlation_id)

    def write(
        self, words: Words, at: datetime, kind: str, author: int | None, *,
        channel: str = "desk", from_support: bool = True, public: bool = False,
    ) -> int:  # fmt: skip
        """Add a message; a formatted text is made harmless, or left plain."""
        clean = sanitise(words.html) if words.html else None
        return self.bulk.add(
            Message,
            ticket_id=self.row["id"],
            kind=kind,
            is_public=public,
            author_id=author,
            from_support=from_support,
            channel=channel,
            text=words.text,
            html=clean.html if clean else markup.render(words.text),
            occurred_at=at,
        )

    def apply(
        self, actor: Actor, verb: str, at: datetime, values: Values,
        after: Mapping[str, Any] | None = None,
    ) -> bool:  # fmt: skip
        """Change the ticket and tell it, unless nothing changes; tell whether it did."""
        before, changed = journal.changes({name: self.row[name] for name in values}, values)
        if not changed and not after:
            return False
        self.row |= values
        self.row["activity_at"] = max(self.row["activity_at"], at)
        self.row["version"] += 1
        told = {name: (True if name in PERSONAL else value) for name, value in changed.items()}
        kept = {name: value for name, value in before.items() if name not in PERSONAL}
        self.enter(actor, verb, at, kept, told | dict(after or {}))
        return True

    def enter(
        self, actor: Actor, verb: str, at: datetime, before: Values, after: Mapping[str, Any]
    ) -> None:
        """Add the journal's entry."""
        enter(
            self.bulk, actor=actor, verb=verb, object_type="desk.ticket",
            object_id=self.row["id"], organisation_id=self.row["organisation_id"],
            occurred_at=at, recorded_at=self.recorded_at, before=before, after=after,
        )  # fmt: skip


def _with_their_solution(steps: tuple[Step, ...] | list[Step]) -> dict[int, Words]:
    """Give, by the rank of each step that solves, the solution that was written with it."""
    written = [
        (rank, step) for rank, step in enumerate(steps) if step.words and step.words.is_solution
    ]
    found: dict[int, Words] = {}
    for rank, step in enumerate(steps):
        if step.values.get("state") not in {"solved", "closed"}:
            continue
        for each in written:
            near = abs(each[1].clock - step.clock) <= SOLUTION_WITHIN
            if (near or each[0] == rank) and each[1].words is not None:
                found[rank] = each[1].words
                written.remove(each)
                break
    return found
