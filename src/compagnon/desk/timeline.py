"""What happened on a ticket, as its page shows it: told once, in words, the long folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from compagnon.core.models import Entry
from compagnon.desk.inline_pictures import PICTURES
from compagnon.desk.models import Attachment, Message, MessageKind
from compagnon.desk.queries import TimelineItem
from compagnon.desk.stories import VERBS, Change, Names, Told, changes_of, who

# What a message tells by itself: its entry's words and changes stand on the message.
ON_MESSAGES = frozenset(
    {
        "ticket.solve",
        "ticket.refuse",
        "ticket.escalate",
        "ticket.transfer",
        "ticket.escalate_to_authority",
    }
)
# Done again by the same person within minutes, these are one thing told once.
GROUPED = frozenset(
    {"ticket.qualify", "ticket.assign", "ticket.take", "ticket.transfer", "ticket.prepare_sheet"}
)
GROUPED_WITHIN = timedelta(minutes=15)
# Over this many lines, of this many characters, a text is folded.
LONG, LINE = 24, 110
# How many pictures of a message stand in it, and how heavy each may be, in bytes.
PICTURES_SHOWN = 12
PICTURE_MIN, PICTURE_MAX = 6_000, 8_000_000


def tell(items: Sequence[TimelineItem], *, support: bool) -> list[Told]:
    """Turn a timeline into what its page shows: repeated things once, long texts marked."""
    entries = [item.item for item in items if isinstance(item.item, Entry)]
    names = Names(entries)
    shown = {item.item.pk for item in items if isinstance(item.item, Message)}
    by_message = {
        entry.after.get("message_id"): entry
        for entry in entries
        if entry.verb in ON_MESSAGES and entry.after.get("message_id") in shown
    }
    told: list[Told] = []
    for item in items:
        one = item.item
        if isinstance(one, Entry):
            if by_message.get(one.after.get("message_id")) is one:
                continue
            _add(told, _of_entry(item, one, changes_of(one, names) if support else ()))
        elif isinstance(one, Message):
            entry = by_message.get(one.pk)
            told.append(_of_message(item, one, entry, names if support else None))
        else:
            told.append(Told(item.kind, item.at, one, str(item.author or "")))
    return told


def _of_entry(item: TimelineItem, entry: Entry, changes: tuple[Change, ...]) -> Told:
    words, icon = VERBS.get(entry.verb, (entry.verb, "circle-dot"))
    author = who(entry, item.author)
    return Told("entry", item.at, entry, author, words, icon, changes, verb=entry.verb)


def _of_message(
    item: TimelineItem, message: Message, entry: Entry | None, names: Names | None
) -> Told:
    attached = list(message.attachments.all())
    pictures = tuple(one for one in attached if _is_shown(one))[:PICTURES_SHOWN]
    lines = message.text.count("\n") + len(message.text) // LINE
    return Told(
        "message",
        item.at,
        message,
        str(item.author) if item.author else str(_("Support")),
        words=VERBS[entry.verb][0] if entry else "",
        changes=changes_of(entry, names) if entry and names else (),
        internal=not message.is_public,
        icon="note" if message.kind == MessageKind.NOTE else "message",
        lines=lines if lines > LONG else 0,
        pictures=pictures,
        files=tuple(one for one in attached if one not in pictures and not _is_ornament(one)),
    )


def _is_ornament(one: Attachment) -> bool:
    """A logo in a signature: seen in the message as it was laid out, and nowhere else."""
    return one.is_inline and one.file.media_type in PICTURES and one.file.size < PICTURE_MIN


def _is_shown(one: Attachment) -> bool:
    return (
        one.file.media_type in PICTURES and one.file.size <= PICTURE_MAX and not _is_ornament(one)
    )


def _add(told: list[Told], new: Told) -> None:
    """Add what was done, to the last thing told if that is the same done again."""
    last = told[-1] if told else None
    if (
        last is None
        or new.verb not in GROUPED
        or (last.kind, last.verb, last.author) != (new.kind, new.verb, new.author)
        or new.at - last.at > GROUPED_WITHIN
    ):
        told.append(new)
        return
    merged = {change.key: change for change in last.changes}
    for change in new.changes:
        first = merged.get(change.key)
        merged[change.key] = replace(change, before=first.before) if first else change
    changes = tuple(one for one in merged.values() if one.before != one.after)
    told[-1] = replace(new, changes=changes, times=last.times + 1)
