"""Who is told of what, and how unless they say otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compagnon.desk.models import NoticeChannel, NoticeEvent, NoticeWay

PAGE, MAIL, PUSH = NoticeChannel.PAGE, NoticeChannel.MAIL, NoticeChannel.PUSH
NOW, DIGEST, OFF = NoticeWay.NOW, NoticeWay.DIGEST, NoticeWay.OFF

# By page, by mail, on devices; a device is told only once somebody asked for it there.
DEFAULTS: Mapping[NoticeEvent, tuple[NoticeWay, NoticeWay, NoticeWay]] = {
    NoticeEvent.OPENED: (NOW, NOW, OFF),
    NoticeEvent.ANSWERED: (NOW, NOW, NOW),
    NoticeEvent.WAITS: (NOW, NOW, NOW),
    NoticeEvent.SOLUTION: (NOW, NOW, NOW),
    NoticeEvent.CLOSED: (NOW, NOW, OFF),
    NoticeEvent.REOPENED: (NOW, NOW, NOW),
    NoticeEvent.WATCHED: (NOW, NOW, OFF),
    NoticeEvent.SUPPLY: (NOW, NOW, OFF),
    NoticeEvent.ASSIGNED: (NOW, OFF, NOW),
    NoticeEvent.TEAM: (OFF, OFF, OFF),
    NoticeEvent.WROTE: (NOW, OFF, NOW),
    NoticeEvent.REFUSED: (NOW, OFF, NOW),
    NoticeEvent.MENTION: (NOW, OFF, NOW),
    NoticeEvent.AUTHORITY: (NOW, NOW, NOW),
    NoticeEvent.DUE: (NOW, OFF, NOW),
    NoticeEvent.APPROVAL: (NOW, NOW, NOW),
    NoticeEvent.DECIDED: (NOW, NOW, NOW),
    NoticeEvent.LATE: (NOW, NOW, OFF),
    NoticeEvent.TASK: (NOW, OFF, NOW),
    NoticeEvent.STEP: (NOW, OFF, NOW),
}
CHANNELS = (PAGE, MAIL, PUSH)
# What who asked is told; the rest is told to who works on the ticket, and to nobody else.
FOR_USERS = frozenset(
    {
        NoticeEvent.OPENED,
        NoticeEvent.ANSWERED,
        NoticeEvent.WAITS,
        NoticeEvent.SOLUTION,
        NoticeEvent.CLOSED,
        NoticeEvent.REOPENED,
        NoticeEvent.WATCHED,
        NoticeEvent.APPROVAL,
        NoticeEvent.DECIDED,
        NoticeEvent.SUPPLY,
        NoticeEvent.STEP,
    }
)
# Told by the ticket's own mails, which can be answered: no second mail says it.
BY_TICKET_MAIL = (FOR_USERS - {NoticeEvent.DECIDED, NoticeEvent.SUPPLY, NoticeEvent.STEP}) | {
    NoticeEvent.MENTION,
    NoticeEvent.AUTHORITY,
}


def default(event: NoticeEvent, channel: NoticeChannel) -> NoticeWay:
    """Give how an event is told by a channel to who chose nothing."""
    return DEFAULTS[event][CHANNELS.index(channel)]


@dataclass(frozen=True, slots=True)
class Act:
    """What was just done on a ticket, as far as it decides who is told.

    ``changed`` holds the columns that changed, with their new values; ``after``, what else the
    journal notes of the act.
    """

    verb: str
    actor_id: int | None
    parties: frozenset[int]
    assignee_id: int | None
    team_id: int | None
    is_open: bool
    awaits_user: bool
    changed: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def by_user(self) -> bool:
        """Whether a user did it: somebody who asked, and does not work on it."""
        return self.actor_id in self.parties and self.actor_id != self.assignee_id


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and whom it concerns; ``watchers`` and ``team``: those of the ticket, too."""

    event: NoticeEvent
    people: frozenset[int] = frozenset()
    watchers: bool = False
    team: bool = False


_TO_PARTIES: Mapping[str, NoticeEvent] = {
    "ticket.open": NoticeEvent.OPENED,
    "ticket.reply": NoticeEvent.ANSWERED,
    "ticket.solve": NoticeEvent.SOLUTION,
    "ticket.accept": NoticeEvent.CLOSED,
    "ticket.elapse": NoticeEvent.CLOSED,
    "ticket.close_unanswered": NoticeEvent.CLOSED,
    "ticket.cancel": NoticeEvent.CLOSED,
}
# What who wished for something is told of: not each quote that comes.
SUPPLY_STAGES = frozenset({"ordered", "partial", "delivered", "handed", "refused", "cancelled"})
_SAID_IN_PUBLIC = frozenset({"ticket.reply", "ticket.hear", "ticket.solve"})
_BY_USER: Mapping[str, NoticeEvent] = {
    "ticket.hear": NoticeEvent.WROTE,
    "ticket.refuse": NoticeEvent.REFUSED,
}


def told(act: Act) -> list[Told]:
    """Give what an act tells, each person once: what comes first in the list counts."""
    found: list[Told] = []
    mine = frozenset({act.assignee_id}) if act.assignee_id else frozenset[int]()
    if act.changed.get("assignee_id"):
        found.append(Told(NoticeEvent.ASSIGNED, mine))
    if (event := _TO_PARTIES.get(act.verb)) is not None:
        found.append(Told(event, act.parties))
    if act.verb == "ticket.supply" and act.after.get("supply_stage") in SUPPLY_STAGES:
        found.append(Told(NoticeEvent.SUPPLY, act.parties))
    if act.verb == "ticket.pend" and act.awaits_user:
        found.append(Told(NoticeEvent.WAITS, act.parties))
    if act.verb == "ticket.remind" and act.awaits_user:
        found.append(Told(NoticeEvent.WAITS, act.parties))
    if (event := _BY_USER.get(act.verb)) is not None:
        found.append(Told(event, mine))
    if act.verb == "ticket.reopen":
        found.append(
            Told(NoticeEvent.REFUSED, mine)
            if act.by_user
            else Told(NoticeEvent.REOPENED, act.parties)
        )
    if act.verb == "ticket.escalate_to_authority" and act.after.get("to_person_id"):
        found.append(Told(NoticeEvent.AUTHORITY, frozenset({act.after["to_person_id"]})))
    if act.verb in _SAID_IN_PUBLIC:
        found.append(Told(NoticeEvent.WATCHED, watchers=True))
    comes = act.verb == "ticket.open" or {"team_id", "assignee_id"} & act.changed.keys()
    if comes and act.is_open and act.team_id and act.assignee_id is None:
        found.append(Told(NoticeEvent.TEAM, team=True))
    return found


def others(people: Iterable[int | None], act: Act, already: set[int]) -> list[int]:
    """Keep whom an act still tells: nobody twice, nor of what they did or wrote themselves."""
    own = {act.actor_id, act.after.get("author_id")}
    kept = [one for one in people if one is not None and one not in own and one not in already]
    already.update(kept)
    return kept
