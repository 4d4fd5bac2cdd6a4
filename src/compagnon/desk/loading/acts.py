"""What happened on a ticket, act by act: each is what one service of the desk would have been told.

``by`` is the key of the person who acted, or the name of the part of the program that did
(«closing»). Keys stand for rows, values are plain (``"mail"``, not the enumeration), times are
aware. Tasks are named by their rank on the ticket, from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody did at some moment."""

    at: datetime
    by: int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A stored file that was attached, under the name its sender gave it."""

    file_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Act):
    """``open_ticket``. ``html`` is what came with a mail, sanitised; ``None``: of our own pages."""

    requester: int
    title: str
    text: str
    kind: str = "incident"
    channel: str = "desk"
    beneficiary: int | None = None
    service: int | None = None
    request_type: int | None = None
    category: int | None = None
    impact: int = 3
    urgency: int = 2
    affected_item: str = ""
    team: int | None = None
    mailbox: int | None = None
    html: str | None = None
    quoted: str = ""
    internet_id: str = ""
    files: Sequence[Given] = ()
    acknowledge: bool = True
    external_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified(Act):
    """``qualify``: ``values`` by the service's own names, keys where it takes rows."""

    values: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Act):
    """``take``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Act):
    """``assign``."""

    team: int | None = None
    assignee: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Act):
    """``reply`` by somebody of the support."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Act):
    """``add_note``."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Act):
    """``hear_from_user``."""

    author: int
    text: str
    channel: str
    html: str | None = None
    quoted: str = ""
    internet_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pended(Act):
    """``pend``."""

    reason: str
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Act):
    """``resume``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Act):
    """``escalate``."""

    to_team: int
    reason: str
    tried: str
    needed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityAsked(Act):
    """``escalate_to_authority``."""

    to_person: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Act):
    """``transfer``."""

    to_team: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlanned(Act):
    """``plan_task``."""

    title: str
    details: str = ""
    mode: str = "remote"
    assignee: int | None = None
    planned_start: datetime | None = None
    planned_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted(Act):
    """``complete_task``."""

    task: int
    spent_seconds: int
    travel_seconds: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCancelled(Act):
    """``cancel_task``."""

    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPrepared(Act):
    """``prepare_sheet``."""

    task: int
    report: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSigned(Act):
    """``sign_sheet``; ``signature`` is a stored PNG, or nothing where the name is the signature."""

    task: int
    name: str
    remarks: str = ""
    signature: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved(Act):
    """``propose_solution``."""

    text: str
    kind: str = "permanent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Act):
    """``accept_solution``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Act):
    """``refuse_solution``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed(Act):
    """``close_elapsed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Act):
    """``cancel``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Act):
    """``reopen``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket from its opening on, in the order in which things happened."""

    opening: Opened
    acts: Sequence[Act]
