"""The journal in words: each room says how its verbs, its objects and its changes are told.

A room registers, in its ``AppConfig.ready``::

    journal_words.words({"ticket.take": (_("took the ticket"), "hand-stop")})

    @journal_words.subjects(Ticket)
    def tickets(actor: Actor, keys: set[int]) -> dict[int, Subject]: ...

    @journal_words.changes(Ticket)
    def told(entries: Sequence[Entry]) -> dict[int, list[Change]]: ...

What no room speaks for is told plainly: a common word for the verb, the table's name and the key,
the fields by their names. A declared table (``crud``) needs none of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import pgettext_lazy

from compagnon.core.actor import Actor, Source
from compagnon.core.crud import resource_of, url_of
from compagnon.core.crud.telling import names_of
from compagnon.core.errors import Text
from compagnon.core.models import Entry
from compagnon.core.visibility import has_rule, visible

LONGEST = 200
# The context keeps these words apart from the same ones that mean something else elsewhere.
# What a verb's second half says when no room has words of its own for it.
ACTIONS: Mapping[str, tuple[Text, str]] = {
    "create": (pgettext_lazy("journal", "added"), "plus"),
    "change": (pgettext_lazy("journal", "changed"), "pencil"),
    "remove": (pgettext_lazy("journal", "deleted"), "trash"),
    "merge": (pgettext_lazy("journal", "merged"), "git-merge"),
    "add": (pgettext_lazy("journal", "added"), "plus"),
    "move": (pgettext_lazy("journal", "moved"), "arrows-exchange"),
    "activate": (pgettext_lazy("journal", "put in force"), "check"),
    "deactivate": (pgettext_lazy("journal", "put out of use"), "archive"),
    "reactivate": (pgettext_lazy("journal", "put back in use"), "archive-off"),
    "primary": (pgettext_lazy("journal", "made it the main one"), "star"),
    "change_terms": (pgettext_lazy("journal", "changed the terms"), "pencil"),
    "begin_clocks": (pgettext_lazy("journal", "began the clocks that it promises"), "clock-play"),
    "warn": (pgettext_lazy("journal", "warned that it comes near"), "bell"),
    "breach": (pgettext_lazy("journal", "noted that it was missed"), "clock-exclamation"),
    "sign_in": (pgettext_lazy("journal", "signed in"), "login"),
    "sign_out": (pgettext_lazy("journal", "signed out"), "logout"),
    "set_password": (pgettext_lazy("journal", "set a password"), "key"),
    "change_password": (pgettext_lazy("journal", "changed the password"), "key"),
    "change_address": (pgettext_lazy("journal", "changed the sign-in address"), "at"),
    "add_second_factor": (pgettext_lazy("journal", "turned two-step sign-in on"), "shield-lock"),
    "remove_second_factor": (pgettext_lazy("journal", "turned two-step sign-in off"), "shield"),
    "add_passkey": (pgettext_lazy("journal", "added a passkey"), "fingerprint"),
    "rename_passkey": (pgettext_lazy("journal", "renamed a passkey"), "fingerprint"),
    "remove_passkey": (pgettext_lazy("journal", "removed a passkey"), "fingerprint"),
    "link_identity": (pgettext_lazy("journal", "linked another way to sign in"), "link"),
    "unlink_identity": (pgettext_lazy("journal", "unlinked a way to sign in"), "link-off"),
    "reset_second_factor": (pgettext_lazy("journal", "took two-step sign-in away"), "shield"),
    "give": (pgettext_lazy("journal", "gave"), "shield-check"),
    "take_away": (pgettext_lazy("journal", "took away"), "shield"),
    "join": (pgettext_lazy("journal", "added a member"), "user-plus"),
    "leave": (pgettext_lazy("journal", "took a member out"), "user-off"),
    "close": (pgettext_lazy("journal", "closed"), "archive"),
    "reopen": (pgettext_lazy("journal", "reopened"), "refresh"),
    "invite": (pgettext_lazy("journal", "invited"), "mail"),
    "revoke": (pgettext_lazy("journal", "revoked"), "key"),
    "end": (pgettext_lazy("journal", "ended"), "logout"),
    "set": (pgettext_lazy("journal", "set"), "adjustments"),
    "ship": (pgettext_lazy("journal", "updated with the program"), "package"),
    "retry": (pgettext_lazy("journal", "had it tried again"), "refresh"),
    "discard": (pgettext_lazy("journal", "discarded"), "trash"),
}
DOORS: Mapping[str, Text] = {
    Source.PAGE: pgettext_lazy("journal", "page"),
    Source.API: pgettext_lazy("journal", "API"),
    Source.MAIL: pgettext_lazy("journal", "mail"),
    Source.LINK: pgettext_lazy("journal", "link in a mail"),
    Source.COMMAND: pgettext_lazy("journal", "command"),
    Source.TASK: pgettext_lazy("journal", "background"),
    Source.IMPORT: pgettext_lazy("journal", "import"),
    Source.DEMO: pgettext_lazy("journal", "demonstration"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about, for a reader. ``url`` is empty when there is no page to open."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after, in words; either may be empty."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page, a file or a program's reader is told it."""

    entry: Entry
    who: str
    words: Text
    icon: str
    subject: Subject
    changes: tuple[Change, ...]
    door: Text


Subjects = Callable[[Actor, set[int]], Mapping[int, Subject]]
Changes = Callable[[Sequence[Entry]], Mapping[int, Sequence[Change]]]
_WORDS: dict[str, tuple[Text, str]] = {}
_PARTS: dict[str, Text] = {}
_SUBJECTS: dict[str, Subjects] = {}
_CHANGES: dict[str, Changes] = {}


def words(told: Mapping[str, tuple[Text, str]]) -> None:
    """Register how verbs are told («took the ticket») and the icon beside."""
    _WORDS.update(told)


def parts(named: Mapping[str, Text]) -> None:
    """Register how the parts of the program that act by themselves are called («intake»)."""
    _PARTS.update(named)


def subjects(model: type[Model]) -> Callable[[Subjects], Subjects]:
    """Register the function that names the rows of a table, as far as the actor sees them."""

    def register(function: Subjects) -> Subjects:
        _SUBJECTS[model._meta.label_lower] = function
        return function

    return register


def changes(model: type[Model]) -> Callable[[Changes], Changes]:
    """Register the function that tells what entries about a table changed, by entry's key."""

    def register(function: Changes) -> Changes:
        _CHANGES[model._meta.label_lower] = function
        return function

    return register


def known_words() -> dict[str, Text]:
    """Give the verbs that rooms have words for, by name."""
    return {verb: said for verb, (said, _icon) in sorted(_WORDS.items())}


def known_tables() -> list[tuple[str, str]]:
    """Give the tables that entries may be about, by the name a reader knows, sorted."""
    return sorted(
        (
            (model._meta.label_lower, capfirst(str(model._meta.verbose_name)))
            for model in apps.get_models()
            if has_rule(model) and model is not Entry
        ),
        key=lambda one: one[1],
    )


def tell(actor: Actor, entries: Sequence[Entry]) -> list[Line]:
    """Tell entries that the actor may read, in a number of queries that their number does not set.

    Persons and objects are named as far as the actor sees them.
    """
    people = names_of(actor, {entry.actor_id for entry in entries if entry.actor_id is not None})
    by_table: dict[str, list[Entry]] = {}
    for entry in entries:
        by_table.setdefault(entry.object_type, []).append(entry)
    named = {
        table: _subjects(actor, table, {entry.object_id for entry in about})
        for table, about in by_table.items()
    }
    changed = {
        table: _CHANGES[table](about) for table, about in by_table.items() if table in _CHANGES
    }
    found = []
    for entry in entries:
        said, icon = _WORDS.get(entry.verb) or ACTIONS.get(
            entry.verb.rpartition(".")[2], (entry.verb, "circle-dot")
        )
        table = entry.object_type
        told = changed[table].get(entry.pk, ()) if table in changed else plainly(entry)
        found.append(
            Line(
                entry,
                who=people.get(entry.actor_id or 0, "") or _program(entry),
                words=said,
                icon=icon,
                subject=named[table].get(entry.object_id) or _unnamed(entry),
                changes=tuple(told),
                door=DOORS.get(entry.source, entry.source),
            )
        )
    return found


def _program(entry: Entry) -> str:
    if entry.actor_id is not None:  # somebody whom this reader does not see
        return f"#{entry.actor_id}"
    return str(_PARTS.get(entry.actor_label, entry.actor_label or "Compagnon"))


def _subjects(actor: Actor, table: str, keys: set[int]) -> Mapping[int, Subject]:
    if table in _SUBJECTS:
        return _SUBJECTS[table](actor, keys)
    model = _model(table)
    resource = resource_of(model) if model else None
    if model is None or resource is None:
        return {}
    rows = visible(model, actor).filter(pk__in=keys)
    rows = rows.select_related(*resource.relations) if resource.relations else rows
    return {row.pk: Subject(str(row), url_of(row)) for row in rows}


def _model(table: str) -> type[Model] | None:
    try:
        return apps.get_model(table)
    except (LookupError, ValueError):  # a table of a version to come, or gone
        return None


def _unnamed(entry: Entry) -> Subject:
    model = _model(entry.object_type)
    kind = capfirst(str(model._meta.verbose_name)) if model else entry.object_type
    return Subject(f"{kind} {entry.object_id}")


def plainly(entry: Entry) -> Iterable[Change]:
    """Tell an entry's fields by their names, for what a room has no words of its own for."""
    model = _model(entry.object_type)
    for key in dict.fromkeys([*entry.before, *entry.after]):
        yield Change(
            _label(model, key), written(entry.before.get(key)), written(entry.after.get(key))
        )


def _label(model: type[Model] | None, key: str) -> Text:
    try:
        field: Any = model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        field = None
    return getattr(field, "verbose_name", None) or key.replace("_", " ")


def written(value: Any) -> str:
    """Give a value of an entry as text: times in the reader's zone, structures as JSON, cut."""
    if value is None:
        return ""
    if isinstance(value, str):
        moment = parse_datetime(value) if value[:4].isdigit() and "T" in value else None
        if moment is not None and timezone.is_aware(moment):
            return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
