"""How the journal tells what happens on the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Change, Subject
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.desk import stories
from compagnon.desk.models import InboundMessage, Ticket

journal_words.words(stories.VERBS)
journal_words.parts(stories.SYSTEM)
journal_words.words(
    {
        "intake.receive": (_("received a message"), "mail"),
        "intake.settle": (_("settled a message"), "mail-opened"),
        "intake.replay": (_("had a message read again"), "refresh"),
        "intake.admit": (_("opened a ticket from a message"), "ticket"),
        "intake.dismiss": (_("set a message aside"), "archive"),
        "intake.fell_silent": (_("noticed that no mail comes any more"), "bell"),
        "intake.heard_again": (_("received mail again"), "bell"),
        "outgoing.retry": (_("had a mail sent again"), "mail-forward"),
        "notice.read": (_("read what names them"), "bell"),
        "notice.release": (_("told what was due"), "bell"),
        "push.subscribe": (_("asked that a browser be told"), "device-mobile"),
        "push.unsubscribe": (_("took a browser off"), "device-mobile"),
        "push.key": (_("made the key of pushed notices"), "key"),
        "notice.choose": (_("chose how to be told"), "bell"),
        "calendar.make_address": (_("made the address of their calendar"), "calendar"),
        "calendar.end_address": (_("ended the address of their calendar"), "calendar-off"),
        "view.save": (_("kept a view of the queue"), "bookmark"),
        "view.change": (_("changed a view of the queue"), "bookmark"),
        "view.remove": (_("deleted a view of the queue"), "bookmark"),
        "queue.choose_columns": (_("chose the columns of the queue"), "columns-3"),
        "tag.create": (_("added a tag"), "tag"),
        "tag.change": (_("changed a tag"), "tag"),
        "tag.merge": (_("merged a tag into another"), "git-merge"),
        "tag.delete": (_("deleted a tag"), "tag"),
        "rules.set": (_("set priorities and delays"), "adjustments"),
        "time.note": (_("noted time spent"), "clock-hour-4"),
        "time.correct": (_("corrected time spent"), "clock-hour-4"),
        "time.remove": (_("took time spent away"), "clock-hour-4"),
        "time.start": (_("began to count their time"), "player-play"),
        "time.stop": (_("stopped counting their time"), "player-stop"),
        "bulk.preview": (_("previewed an action on many tickets"), "checks"),
        "bulk.start": (_("began an action on many tickets"), "checks"),
        "bulk.stop": (_("stopped an action on many tickets"), "player-stop"),
        "bulk.end": (_("ended an action on many tickets"), "checks"),
        "bulk.read": (_("saw how an action on many tickets ended"), "checks"),
        "request.draft": (_("began to write a request"), "pencil"),
        "request.discard": (_("threw away a request begun"), "x"),
        "bringing.ask": (_("asked for an import"), "upload"),
        "bringing.begin": (_("began an import"), "upload"),
        "bringing.end": (_("ended an import"), "upload"),
    }
)


@journal_words.subjects(Ticket)
def tickets(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name tickets by their number and title."""
    rows = visible(Ticket, actor).filter(pk__in=keys)
    return {row.pk: Subject(str(row), reverse("desk:ticket", args=[row.pk])) for row in rows}


@journal_words.subjects(InboundMessage)
def messages(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name received messages by their subject."""
    rows = visible(InboundMessage, actor).filter(pk__in=keys)
    return {row.pk: Subject(str(row), reverse("desk:inbound", args=[row.pk])) for row in rows}


@journal_words.changes(Ticket)
def changes(entries: Sequence[Entry]) -> Mapping[int, list[Change]]:
    """Tell a ticket's fields before and after, with names instead of keys."""
    names = stories.Names(entries)
    return {
        entry.pk: [
            Change(one.label, one.before_words, one.after_words)
            for one in stories.changes_of(entry, names)
        ]
        for entry in entries
    }
