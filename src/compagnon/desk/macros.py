"""What a macro may do, in which order: a fixed list of steps, read as data and never run as code.

Given to somebody, qualified, noted, answered, then put on hold or solved; each is optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.desk import stories, waiting
from compagnon.desk.models import Category, Impact, Macro, Tag, Ticket, Urgency
from compagnon.people.models import Team

TEXTS = ("note", "reply", "solution")
TAGS = ("tags_add", "tags_remove")
KEYS = frozenset(
    {"assign_to", "team", "category", "impact", "urgency", "then", "reason", *TEXTS, *TAGS}
)
TEXT_MAX = 10_000


def checked(steps: Any) -> dict[str, Any]:
    """Give the steps without what is empty.

    Raises:
        Invalid: they are none that a macro has, or they do nothing.
    """
    if not isinstance(steps, dict) or set(steps) - KEYS:
        raise Invalid(_("A macro has no such step."))
    found = {name: value for name, value in steps.items() if value not in (None, "", [])}
    _check_tags(found)
    for name in TEXTS:
        if len(str(found.get(name, ""))) > TEXT_MAX:
            raise Invalid(fields={name: [_("This text is too long.")]})
    if found.get("assign_to") not in {None, "me", "team"}:
        raise Invalid(fields={"assign_to": [_("Choose one in the list.")]})
    if found.get("assign_to") == "team" and not isinstance(found.get("team"), int):
        raise Invalid(fields={"team": [_("Choose the team.")]})
    if found.get("then") not in {None, "pend", "solve"}:
        raise Invalid(fields={"then": [_("Choose one in the list.")]})
    if found.get("then") == "pend":
        waiting.chosen(str(found.get("reason", "")))
    if found.get("then") == "solve" and not found.get("solution"):
        raise Invalid(fields={"solution": [_("Write the solution.")]})
    for name, levels in (("impact", Impact), ("urgency", Urgency)):
        if name in found and found[name] not in levels.values:
            raise Invalid(fields={name: [_("Choose one in the list.")]})
    if not set(found) & {
        "assign_to",
        "category",
        "impact",
        "urgency",
        "note",
        "reply",
        "then",
        *TAGS,
    }:
        raise Invalid(_("This macro does nothing: choose at least one step."))
    return found


def _check_tags(found: Mapping[str, Any]) -> None:
    for name in TAGS:
        keys = found.get(name, [])
        if not isinstance(keys, list) or not all(isinstance(key, int) for key in keys):
            raise Invalid(fields={name: [_("Choose tags of the list.")]})


def prepared(actor: Actor, steps: Mapping[str, Any]) -> dict[str, Any]:
    """Give the steps with rows for their keys, as the actor sees them.

    Raises:
        Invalid: a row is gone, or not seen; or a reason is no longer offered.
    """
    found = dict(steps)
    for name, model in (("team", Team), ("category", Category)):
        if (key := steps.get(name)) is not None:
            row = visible(model, actor).filter(pk=key).first()
            if row is None:
                raise Invalid(_("What this macro names is no longer there: change the macro."))
            found[name] = row
    if steps.get("then") == "pend":
        found["reason"] = waiting.chosen(steps["reason"])
    for name in TAGS:
        if keys := steps.get(name):
            found[name] = list(Tag.objects.filter(pk__in=keys))
    for name, levels in (("impact", Impact), ("urgency", Urgency)):
        if steps.get(name):
            found[name] = levels(steps[name])
    return found


def preview(actor: Actor, ticket: Ticket, macro: Macro) -> list[stories.Told]:
    """Tell what a macro would do on a ticket: it is done, told, and taken back, all at once.

    Nothing of it is written, and nothing leaves.

    Raises:
        CompagnonError: what its verbs refuse; running it would refuse the same.
    """
    from compagnon.desk.services.phrases import run_macro

    with transaction.atomic():
        before = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        run_macro(actor=actor, ticket_id=ticket.pk, macro_id=macro.pk)
        rows = Entry.objects.filter(
            pk__gt=before, object_type=ticket._meta.label_lower, object_id=ticket.pk
        )
        told = stories.journal_lines(list(rows.exclude(verb="ticket.macro").order_by("pk")))
        # Read while it is there.
        told = [one for one in told if one.changes or one.words]
        transaction.set_rollback(True)
    return told
