"""What a clock is kept on, as the rooms above describe it: never a foreign key, never a read.

The desk gives a :class:`Subject` (which row, whose) and its :class:`Facts` (what a commitment may
be about) with each call; both are opaque here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Subject:
    """The row that clocks are kept on: its kind («ticket»), its key and whose it is."""

    kind: str
    id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a commitment may depend on, as the subject stands now.

    ``priority`` is 1 (the most urgent) to 5, ``None`` when not yet qualified. ``category_path`` is
    the chain of category keys from the root, separated by ``/``. ``kind`` is ``incident`` or
    ``service_request``. ``team_id`` is the team in charge, for agreements between teams.
    """

    priority: int | None
    category_path: str
    service_id: int | None
    request_type_id: int | None
    kind: str
    team_id: int | None = None


class Measure(TextChoices):
    """What a commitment counts, always from the moment the subject was opened."""

    TAKE_UP = "take_up", _("take-up")
    FIRST_RESPONSE = "first_response", _("first response")
    RESOLUTION = "resolution", _("resolution")


class PauseReason(TextChoices):
    """Why work waits. Whether a clock waits too is the contract's pause rule."""

    WAITING_USER = "waiting_user", _("waiting for the user")
    APPOINTMENT = "appointment", _("appointment agreed with the user")
    WAITING_SUPPLIER = "waiting_supplier", _("waiting for a supplier")
    WAITING_APPROVAL = "waiting_approval", _("waiting for the client’s approval")
    OTHER = "other", _("another reason")
    SOLVED = "solved", pgettext_lazy("pause reason", "solved, until reopened")
    CANCELLED = "cancelled", pgettext_lazy("pause reason", "cancelled, until reopened")
    MERGED = "merged", pgettext_lazy("pause reason", "merged into another ticket")


@dataclass(frozen=True, slots=True)
class Breach:
    """What the clock's events carry: which subject, which promise, when it was or will be due."""

    clock_id: int
    subject: Subject
    measure: str
    contract_id: int
    commitment_id: int
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """Subjects of one kind whose clocks a change of contract or calendar turned."""

    subject_kind: str
    subject_ids: tuple[int, ...]


CategoryChoices = Callable[[], list[tuple[str, str]]]
_category_choices: list[CategoryChoices] = []


def offer_categories(choices: CategoryChoices) -> CategoryChoices:
    """Let the room that owns categories offer them, as (path, label), to the commitment form."""
    if choices not in _category_choices:
        _category_choices.append(choices)
    return choices


def category_choices() -> list[tuple[str, str]]:
    """Give the categories that a commitment can name; empty when no room offers any."""
    return [choice for choices in _category_choices for choice in choices()]


def category_label(path: str) -> str:
    """Give the words for a category's path; the path itself when no room names it."""
    wanted = [step for step in path.split("/") if step]
    for known, label in category_choices():
        if [step for step in known.split("/") if step] == wanted:
            return label
    return path


@dataclass(frozen=True, slots=True)
class Standing:
    """An open subject as it stands: what it is, what was done of it, and why it waits, if it does.

    ``done`` are the measures that were ended by what happened, whether a clock counted them or not.
    """

    subject: Subject
    facts: Facts
    opened_at: datetime
    done: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose subjects: those of organisations, or those in charge of a team."""

    organisation_ids: tuple[int, ...] = ()
    team_id: int | None = None


GiveStanding = Callable[[Reach, int, int], list[Standing]]
_standing: dict[str, GiveStanding] = {}


def offer_standing(kind: str, give: GiveStanding) -> None:
    """Let the room that owns a kind of subject lend those that are open, locked, by their key.

    ``give`` is called in a transaction with a reach, the last key seen, and how many at most.
    """
    _standing[kind] = give


def standing_kinds() -> list[str]:
    """Give the kinds of subjects that rooms lend."""
    return sorted(_standing)


def standing_subjects(kind: str, reach: Reach, after: int, limit: int) -> list[Standing]:
    """Give the open subjects of that kind after a key, locked, at most ``limit``."""
    return _standing[kind](reach, after, limit)


Describe = Callable[[Actor, list[int]], dict[int, tuple[str, str]]]
_describe: dict[str, Describe] = {}


def describe_subjects(kind: str, describe: Describe) -> None:
    """Let the room that owns a kind of subject name its rows, for the pages of this room.

    ``describe`` gives (label, address) by key, only for the rows that the actor sees.
    """
    _describe[kind] = describe


def described(
    actor: Actor, subjects: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str, str]]:
    """Give label and address of the subjects that the actor sees; one call a kind."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, key in subjects:
        by_kind[kind].add(key)
    return {
        (kind, key): named
        for kind, keys in by_kind.items()
        if kind in _describe
        for key, named in _describe[kind](actor, sorted(keys)).items()
    }
