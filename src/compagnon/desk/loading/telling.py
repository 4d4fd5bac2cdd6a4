"""One ticket told in memory: its story, act by act, becomes the rows that services would leave.

A module beside for each kind of verb does to the rows what the services of its name do to the
database; ``test_load_tickets`` replays stories through the services and compares every row.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from compagnon.contracts.loading import SubjectClocks
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.core import journal, markup
from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.core.loading import Bulk, enter
from compagnon.desk import rules
from compagnon.desk.loading import acts
from compagnon.desk.loading.setting import Rules, Setting
from compagnon.desk.models import Message, OutgoingMail, State, Ticket
from compagnon.desk.outbound import identity
from compagnon.desk.services.changing import PERSONAL, QUALIFYING, SUBJECT, is_taken_up

TICKET = "desk.ticket"
OPEN = frozenset({"new", "open", "pending"})
Values = dict[str, Any]
Do = Callable[["Telling", Any, Actor], None]
_DO: dict[type[acts.Act], Do] = {}


class IllegalStory(ValueError):
    """A story whose acts the services would have refused."""


def does(act: type[acts.Act]) -> Callable[[Do], Do]:
    """Register the function that tells acts of that kind."""

    def register(function: Do) -> Do:
        _DO[act] = function
        return function

    return register


class Telling:
    """A ticket while its story is told. ``row`` is the ticket's, ``clocks`` are its commitments'.

    Args:
        recorded_at: what the journal says of when all this was recorded.
        rng: where secrets and identifiers come from; seeded, the same story gives the same rows.
    """

    def __init__(
        self, *, bulk: Bulk, setting: Setting, source: Source, recorded_at: datetime, rng: Random
    ) -> None:
        self.bulk = bulk
        self.setting = setting
        self.source = source
        self.recorded_at = recorded_at
        self.rng = rng
        self.row: Values = {}
        self.tasks: list[Values] = []
        self.sheets: dict[int, Values] = {}
        self.solution: Values | None = None
        self.clocks: SubjectClocks

    def tell(self, story: acts.Story, *, until: datetime) -> int:
        """Tell a story up to a moment and give the ticket's key.

        Raises:
            IllegalStory: the services would have refused one of its acts.
        """
        for act in (story.opening, *story.acts):
            _DO[type(act)](self, act, self._actor(act))
        self.clocks.pass_time(until)
        nearest = self.clocks.nearest()
        self.row["due_at"] = nearest.due_at if nearest else None
        self.bulk.rows(Ticket).append(self.row)
        self.clocks.write()
        return int(self.row["id"])

    def count_time(self) -> None:
        """Make the ticket's clocks; they are started once its first message is written."""
        self.clocks = SubjectClocks(
            bulk=self.bulk,
            terms=self.setting.terms,
            ancestry=self.rules.ancestry,
            subject=Subject(SUBJECT, self.row["id"], self.row["organisation_id"]),
            source=self.source,
            recorded_at=self.recorded_at,
        )

    @property
    def rules(self) -> Rules:
        """What the ticket's organisation decided."""
        return self.setting.rules(self.row["organisation_id"])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to work on it."""
        return self.row["state"] in OPEN

    def facts(self) -> Facts:
        """Give what a commitment may depend on."""
        row = self.row
        category_id = row["category_id"]
        return Facts(
            priority=row["priority"],
            category_path=self.setting.categories[category_id][0] if category_id else "",
            service_id=row["service_id"],
            request_type_id=row["request_type_id"],
            kind=row["kind"],
            team_id=row["team_id"],
        )

    def nonce(self) -> str:
        """Give the secret of a link."""
        return base64.urlsafe_b64encode(self.rng.randbytes(32)).rstrip(b"=").decode()

    def _actor(self, act: acts.Act) -> Actor:
        correlation_id = uuid.UUID(bytes=self.rng.randbytes(16), version=4)
        if isinstance(act.by, str):
            return Actor.system(act.by, source=self.source, correlation_id=correlation_id)
        return Actor(ActorKind.PERSON, act.by, "", self.source, correlation_id=correlation_id)

    # --- what several verbs share -----------------------------------------------------------------

    def move(self, target: str) -> Values:
        """Give the change of state.

        Raises:
            IllegalStory: it is not legal.
        """
        if not rules.may_move(self.row["state"], target):
            raise IllegalStory(f"from {self.row['state']} to {target}")
        values: Values = {"state": target}
        if self.row["state"] == State.PENDING:
            values |= {"pending_reason": "", "pending_until": None, "wait_reason_id": None}
        return values

    def taken_up(self, act: acts.Act) -> Values:
        """Give what changes when somebody starts to work.

        Raises:
            IllegalStory: nobody works on it any more.
        """
        if not self.is_open:
            raise IllegalStory("nobody works on it any more")
        values = self.move("open") if self.row["state"] == State.NEW else {}
        if self.row["taken_at"] is None:
            values["taken_at"] = act.at
        return values

    def responded(self, act: acts.Act, actor: Actor) -> Values:
        """Give what changes when the user gets a first answer."""
        if self.row["first_response_at"] is not None:
            return {}
        self.clocks.stop(actor=actor, measure=Measure.FIRST_RESPONSE, at=act.at)
        return {"first_response_at": act.at}

    def reopened(self, act: acts.Act, actor: Actor) -> Values:
        """Give what changes when it is worked on again.

        Raises:
            IllegalStory: the window for it is over.
        """
        row = self.row
        if not rules.may_reopen(row["closed_at"], act.at, self.rules.reopen_within_days):
            raise IllegalStory("too late to reopen")
        values = self.move("open")
        self.clocks.reopen(actor=actor, at=act.at)
        if self.solution is not None and self.solution["state"] == "proposed":
            self.solution |= {"state": "refused", "answered_at": act.at}
        return values | {
            "reopen_count": row["reopen_count"] + 1,
            "solved_at": None,
            "closed_at": None,
            "close_after": None,
        }

    def write(
        self,
        at: datetime,
        kind: str,
        text: str,
        *,
        author: int | None,
        from_support: bool = True,
        channel: str = "desk",
        public: bool = False,
        html: str | None = None,
        quoted: str = "",
        internet_id: str = "",
    ) -> int:
        """Add a message and give its key."""
        return self.bulk.add(
            Message,
            ticket_id=self.row["id"],
            kind=kind,
            is_public=public,
            author_id=author,
            from_support=from_support,
            channel=channel,
            text=text,
            quoted=quoted,
            html=_html(text) if html is None else html,
            occurred_at=at,
            internet_id=internet_id,
        )

    def mail(
        self,
        event: str,
        at: datetime,
        actor: Actor,
        *,
        message_id: int | None = None,
        solution_id: int | None = None,
        to: int | None = None,
    ) -> None:
        """Add the mails that an event made, to its people or to ``to``; they left in a minute."""
        row, setting = self.row, self.setting
        about = message_id or solution_id or 0
        mailbox_id = row["mailbox_id"] or setting.default_mailbox(row["organisation_id"])
        parties = (to,) if to is not None else (row["requester_id"], row["beneficiary_id"])
        for person_id in dict.fromkeys(parties):
            address = setting.addresses.get(person_id)
            told_anyway = event in {"acknowledgement", "closing"}
            if address is None or (person_id == actor.id and not told_anyway):
                continue
            unique = self.rng.randbytes(8).hex()
            self.bulk.add(
                OutgoingMail,
                event=event,
                ticket_id=row["id"],
                message_id=message_id,
                solution_id=solution_id,
                person_id=person_id,
                recipient=address,
                mailbox_id=mailbox_id,
                language=setting.people[person_id].language,
                event_key=f"{event}:{row['id']}:{about}:{row['version']}",
                internet_id=identity.message_id(ticket_id=row["id"], unique=unique),
                state="sent",
                attempts=1,
                created_at=at,
                sent_at=at + timedelta(seconds=1 + self.rng.randrange(40)),
            )

    def apply(
        self,
        actor: Actor,
        verb: str,
        at: datetime,
        values: Values,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Do as ``services.changing.apply``."""
        row = self.row
        before, changed = journal.changes({name: row[name] for name in values}, values)
        row |= values
        if self.is_open and not QUALIFYING.isdisjoint(changed):
            self.clocks.requalify(actor=actor, facts=self.facts(), at=at)
        else:
            self.clocks.pass_time(at)
        if is_taken_up(changed, row["assignee_id"]):
            self.clocks.stop(actor=actor, measure=Measure.TAKE_UP, at=at)
        row["activity_at"] = max(row["activity_at"], at)
        row["version"] += 1
        told = {k: (True if k in PERSONAL else v) for k, v in changed.items()}
        kept = {k: v for k, v in before.items() if k not in PERSONAL}
        self.enter(actor, verb, at, kept, told | dict(after or {}))

    def enter(self, actor: Actor, verb: str, at: datetime, before: Values, after: Values) -> None:
        """Add the journal's entry."""
        enter(
            self.bulk,
            actor=actor,
            verb=verb,
            object_type=TICKET,
            object_id=self.row["id"],
            organisation_id=self.row["organisation_id"],
            occurred_at=at,
            recorded_at=self.recorded_at,
            before=before,
            after=after,
        )


_html = lru_cache(maxsize=4096)(markup.render)
