"""Keeping canned replies, templates and macros; running a macro."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk import macros, placeholders
from compagnon.desk.models import CannedReply, Macro, SolutionKind, Ticket, TicketTemplate
from compagnon.desk.phrases import may_keep
from compagnon.desk.services import crossing
from compagnon.desk.services.assignment import assign, take
from compagnon.desk.services.changing import apply, lock
from compagnon.desk.services.conversation import add_note, reply
from compagnon.desk.services.lifecycle import pend
from compagnon.desk.services.qualification import UNSET, qualify
from compagnon.desk.services.solutions import propose_solution
from compagnon.desk.services.tagging import tag_ticket

Phrase = CannedReply | TicketTemplate | Macro
TEXTS = {"canned_reply": ("text",), "ticket_template": (), "macro": ()}
NOUNS: dict[type[models.Model], str] = {
    CannedReply: "canned_reply",
    TicketTemplate: "ticket_template",
    Macro: "macro",
}


@service("phrase.keep")
def keep_phrase(
    *,
    actor: Actor,
    row: Phrase,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Phrase:
    """Add (``row`` unsaved) or change what a team keeps ready.

    Raises:
        Refused: it is of a team that the actor is not in, and they do not configure the desk there.
        Invalid: a value is not valid; a name in braces is none of ours.
        Stale: somebody changed it meanwhile.
        Conflict: another has that name.
    """
    new = row.pk is None
    if not new:
        row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        if expected_version is not None and row.version != expected_version:
            raise Stale(_("Somebody changed it since you opened it: look at it again."))
        _check(actor, row)
        row.version += 1
    for name, value in values.items():
        setattr(row, name, value)
    _check_texts(row)
    try:
        row.full_clean()
    except ValidationError as error:
        raise from_django(error) from error
    _check(actor, row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(_("Another one has this name.")) from error
    noun = NOUNS[type(row)]
    journal.record(
        actor=actor,
        verb=f"{noun}.{'create' if new else 'change'}",
        subject=row,
        after={"team_id": row.team_id, "fields": sorted(values)},
    )
    return row


@service("phrase.keep")
def remove_phrase(*, actor: Actor, row: Phrase) -> None:
    """Delete what a team kept ready; what was written with it stays.

    Raises:
        Refused: see :func:`keep_phrase`.
    """
    # As it is now: it may have been handed to another team meanwhile.
    row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    _check(actor, row)
    journal.record(
        actor=actor,
        verb=f"{NOUNS[type(row)]}.delete",
        subject=row,
        before={"team_id": row.team_id},
    )
    row.delete()


def _check(actor: Actor, row: Phrase) -> None:
    if not may_keep(actor, organisation_id=row.organisation_id, team_id=row.team_id):
        raise Refused(_("You keep what is of your own teams; who sets the desk keeps the rest."))
    if row.team is not None and row.team.organisation_id != row.organisation_id:
        raise Invalid(fields={"team": [_("This team is of another organisation.")]})


def _check_texts(row: Phrase) -> None:
    if isinstance(row, CannedReply):
        _check_names({"text": row.text})
    elif isinstance(row, Macro):
        row.steps = macros.checked(row.steps)
        texts = {name: str(row.steps.get(name, "")) for name in macros.TEXTS}
        _check_names(texts)


def _check_names(texts: Mapping[str, str]) -> None:
    for field, text in texts.items():
        if wrong := placeholders.unknown(text):
            raise Invalid(
                _("There is no value named %(names)s.") % {"names": ", ".join(wrong[:5])},
                fields={field: [_("Only the values of the list stand in double braces.")]},
            )


@service("ticket.macro")
def run_macro(
    *,
    actor: Actor,
    ticket_id: int,
    macro_id: int,
    seen_message_id: int | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Do a macro's verbs on a ticket, each through its own service: all of them or none.

    Raises:
        NotFound: no such ticket or macro, or not visible.
        Refused, Stale, Crossed, IllegalMove, Invalid: what one of its verbs refuses.
    """
    macro = get_visible(Macro, actor, pk=macro_id, is_active=True)
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.note", expected_version=expected_version
    )
    crossing.check(actor=actor, ticket=ticket, seen_message_id=seen_message_id)
    at = at or timezone.now()
    _run(actor, ticket, macros.prepared(actor, macro.steps), at)
    ticket = lock(actor=actor, ticket_id=ticket_id, verb="ticket.view")
    return apply(
        actor=actor, ticket=ticket, verb="ticket.macro", at=at, after={"macro_id": macro.pk}
    )


def _run(actor: Actor, ticket: Ticket, steps: Mapping[str, Any], at: datetime) -> None:
    def text(name: str) -> str:
        return placeholders.fill(str(steps.get(name) or ""), ticket=ticket, actor=actor)

    common: dict[str, Any] = {"actor": actor, "ticket_id": ticket.pk, "at": at}
    if steps.get("assign_to") == "me":
        take(**common)
    elif steps.get("assign_to") == "team":
        assign(team=steps["team"], **common)
    if any(steps.get(name) for name in ("category", "impact", "urgency")):
        qualify(
            category=steps.get("category") or UNSET,
            impact=steps.get("impact") or UNSET,
            urgency=steps.get("urgency") or UNSET,
            **common,
        )
    if steps.get("tags_add") or steps.get("tags_remove"):
        tag_ticket(add=steps.get("tags_add", ()), remove=steps.get("tags_remove", ()), **common)
    if note := text("note"):
        add_note(text=note, **common)
    if answer := text("reply"):
        reply(text=answer, **common)
    if steps.get("then") == "pend":
        pend(reason=steps["reason"], **common)
    elif steps.get("then") == "solve":
        propose_solution(text=text("solution"), kind=SolutionKind.PERMANENT, **common)
