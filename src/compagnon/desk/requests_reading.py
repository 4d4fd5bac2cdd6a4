"""Service requests, read: forms that may be filled, answers in words, how far a request is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import indent
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.contracts.asking import definition as forms
from compagnon.contracts.asking import plans
from compagnon.contracts.asking.conditions import Answer
from compagnon.contracts.models import FormVersion, RequestType
from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.approval_words import money
from compagnon.desk.choosing import colleagues, sites_near
from compagnon.desk.models import (
    Approval,
    ApprovalState,
    Attachment,
    RequestAnswers,
    State,
    Ticket,
    WorkState,
    WorkTask,
)
from compagnon.desk.models.approvals import SUPPLY_STEP
from compagnon.park.queries import picking
from compagnon.people.models import Person


def language() -> str:
    """Give the language in force, as forms know it."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def form_of(actor: Actor, type_id: int) -> tuple[RequestType, FormVersion]:
    """Give a request type that is offered, and the form under which it is asked for.

    Raises:
        NotFound: there is none, or it has no published form.
    """
    rows = RequestType.objects.select_related("service__support_team", "form__published")
    found = get_visible(
        RequestType, actor, rows.filter(is_active=True, service__is_active=True), pk=type_id
    )
    form = getattr(found, "form", None)
    if form is None or form.published is None:
        raise NotFound
    return found, form.published


def offered(
    actor: Actor,
    form: forms.Form,
    beneficiary: Person,
    files: Mapping[str, Mapping[str, str]],
    given: Mapping[str, Any],
) -> dict[str, dict[str, str]]:
    """Give what may be chosen in the fields that take rows of ours; one query a kind.

    There may be a million of them: only those that the answers ``given`` name.
    """
    choices: dict[str, QuerySet[Any]] = {
        "person": colleagues(actor, beneficiary.organisation_id),
        "site": sites_near(actor, beneficiary.organisation_id),
        "asset": picking.assets_near(actor, beneficiary),
    }
    rows: dict[str, dict[str, str]] = {}
    for kind, offering in choices.items():
        keys = _named(form, kind, given)
        named = offering.filter(pk__in=keys) if keys else ()
        rows[kind] = {str(one.pk): str(one) for one in named}
    found = {field.key: rows[field.kind] for field in form.fields if field.kind in rows}
    return found | {key: dict(names) for key, names in files.items()}


def _named(form: forms.Form, kind: str, given: Mapping[str, Any]) -> set[int]:
    said = [given.get(field.key) for field in form.fields if field.kind == kind]
    texts = [
        str(one[0] if isinstance(one, list) and len(one) == 1 else one).strip() for one in said
    ]
    return {int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) < 19}


# --- answers in words ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as it is read; ``files`` are keys of attachments with their names."""

    key: str
    label: str
    text: str
    section: str = ""
    long: bool = False
    files: tuple[tuple[str, str], ...] = ()


def lines(form: forms.Form, answers: Mapping[str, Answer], names: Mapping[str, Any]) -> list[Line]:
    """Give the answers as they are read, in the form's order, in the language in force."""
    said = language()
    found = []
    for section in form.sections:
        for field in section.fields:
            answer = answers.get(field.key)
            if not answer:
                continue
            own = names.get(field.key) or {}
            found.append(
                Line(
                    field.key,
                    field.label.said(said),
                    _in_words(field, answer, own, said),
                    section.title.said(said),
                    field.kind == "long",
                    tuple((one, str(own.get(one, one))) for one in answer)
                    if field.kind == "file"
                    else (),
                )
            )
    return found


def _in_words(field: forms.Field, answer: Answer, names: Mapping[str, Any], said: str) -> str:
    choices = {value: label.said(said) for value, label in field.choices}
    if isinstance(answer, list):
        return ", ".join(choices.get(one) or str(names.get(one, one)) for one in answer)
    if field.kind in {"choice", "yesno"}:
        known = choices or {"yes": _("Yes"), "no": _("No")}
        return known.get(answer, answer)
    if field.kind in {"number", "money"}:
        return (
            money(answer, field.currency) if field.kind == "money"
            else number_format(answer, use_l10n=True)
        )  # fmt: skip
    if field.kind in {"date", "datetime"}:
        day = parse_date(answer) if field.kind == "date" else parse_datetime(answer)
        return date_format(day, f"{field.kind.upper()}_FORMAT") if day else answer
    return str(names.get(answer, answer))


def as_text(found: Iterable[Line]) -> str:
    """Give the answers as Markdown: what every door shows and searches."""
    parts: list[str] = []
    section = ""
    for line in found:
        if line.section and line.section != section:
            # Without blank lines around it, it would go on the answer before.
            parts.append(f"{'' if not parts else chr(10)}**{_plain(line.section)}**\n")
            section = line.section
        # What is long stands under its question, and within it.
        text = line.text if not line.long else "\n\n" + indent(line.text, "  ") + "\n"
        # A question has its mark already.
        mark = "" if line.label.rstrip().endswith("?") else " :"
        parts.append(f"- {_plain(line.label)}{mark} {text if line.long else _plain(text)}")
    return "\n".join(parts)


def _plain(text: str) -> str:
    """Keep what somebody typed from being read as Markdown."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|~" else one for one in text)


def answers_of(actor: Actor, ticket: Ticket) -> RequestAnswers | None:
    """Give a ticket's answers, if it was asked for by a form; one query."""
    rows = RequestAnswers.objects.filter(ticket=ticket).select_related("form_version")
    return visible(RequestAnswers, actor, rows).first()


def told(found: RequestAnswers | None) -> list[Line]:
    """Give a ticket's answers as they are read."""
    if found is None:
        return []
    return lines(forms.read(found.form_version.definition), found.answers, found.names)


def files_of(found: RequestAnswers) -> dict[str, Attachment]:
    """Give the files of a ticket's answers by their keys."""
    keys = [int(one) for answer in found.answers.values() if isinstance(answer, list)
            for one in answer if one.isdecimal() and len(one) < 19]  # fmt: skip
    rows = Attachment.objects.filter(ticket_id=found.ticket_id, pk__in=keys)
    return {str(one.pk): one for one in rows}


# --- how far a request is ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the fulfilment as its user sees it.

    ``state`` is «done», «now», «to_come», «refused» or «set_aside».
    """

    label: str
    state: str
    note: str = ""
    at: datetime | None = None
    icon: str = "circle-dot"

    @property
    def words(self) -> str:
        """The state in words."""
        return {
            "done": _("is done"), "now": _("in progress"), "refused": _("declined"),
            "set_aside": _("set aside"),
        }.get(self.state, _("to come"))  # fmt: skip


def fulfilment(ticket: Ticket, found: RequestAnswers | None) -> list[Step]:
    """Draw a request for its user: received, approvals, work by team, delivered.

    Two queries; nothing for a ticket that has neither a form's plan nor an approval.
    """
    approvals = list(
        Approval.objects.filter(ticket=ticket)
        .exclude(state=ApprovalState.GIVEN_UP, plan_key="")
        # A supply draws its own way, with its approval.
        .exclude(subject_kind=SUPPLY_STEP)
        .select_related("team")
        .prefetch_related("voices__person")
        .order_by("position", "id")
    )
    if found is None and not approvals:
        return []
    over = ticket.state in {State.SOLVED, State.CLOSED}
    steps = [Step(_("Received"), "done", at=ticket.opened_at, icon="inbox")]
    steps += [_of_approval(one) for one in approvals]
    if found is not None:
        stopped = ticket.state == State.CANCELLED or any(
            one.state == ApprovalState.REFUSED for one in approvals
        )
        steps += _of_work(ticket, found, stopped=stopped)
        if stopped and not over:
            return steps
    delivered = "done" if over else "set_aside" if ticket.state == State.CANCELLED else "to_come"
    steps.append(Step(_("Delivered"), delivered, at=ticket.solved_at, icon="checks"))
    return steps


def _of_approval(one: Approval) -> Step:
    state = {
        ApprovalState.APPROVED: "done", ApprovalState.REFUSED: "refused",
        ApprovalState.ASKED: "now", ApprovalState.GIVEN_UP: "set_aside",
    }.get(ApprovalState(one.state), "to_come")  # fmt: skip
    voices = [voice for voice in one.voices.all() if voice.answer != "passed"]
    if one.state in {ApprovalState.APPROVED, ApprovalState.REFUSED}:
        voices = [voice for voice in voices if voice.answer in {"yes", "no"}] or voices
    names = ", ".join(str(voice.person) for voice in voices[:3])
    if len(voices) > 3:
        names = _("%(names)s and %(count)d others") % {"names": names, "count": len(voices) - 3}
    label = _("Approval: %(step)s") % {"step": one}
    note = _("by %(names)s") % {"names": names} if names else ""
    if one.state == ApprovalState.REFUSED and one.comment:
        note = f"{note} – {one.comment}"
    return Step(label, state, note, one.decided_at, "thumb-up")


def _of_work(ticket: Ticket, found: RequestAnswers, *, stopped: bool) -> list[Step]:
    """Give the tasks in user words; what is internal is one step without names."""
    said = language()
    open_steps: list[Step] = []
    hidden: list[str] = []
    if found.begun_at is None:
        plan = plans.read(found.form_version.plan)
        for one, _after in plans.tasks_for(plan, found.answers):
            if one.internal:
                hidden.append("to_come")
            elif not stopped:
                open_steps.append(Step(one.title.said(said), "to_come", icon="tool"))
    else:
        rows = WorkTask.objects.filter(ticket=ticket).exclude(plan_key="").select_related("team")
        for task in rows.order_by("id"):
            state = {"done": "done", "todo": "now", "cancelled": "set_aside"}.get(
                task.state, "to_come"
            )
            if task.is_internal:
                hidden.append(state)
                continue
            label = task.title_en if said == "en" and task.title_en else task.title
            open_steps.append(Step(label, state, str(task.team or ""), task.done_at, icon="tool"))
    if hidden and not stopped:
        ended = all(one in {"done", "set_aside"} for one in hidden)
        state = "done" if ended else "now" if {"now", "done"} & set(hidden) else "to_come"
        open_steps.append(Step(_("Work inside our teams"), state, icon="tool"))
    return open_steps


def all_done(ticket: Ticket, found: RequestAnswers | None) -> bool:
    """Tell whether everything planned is done and a solution is still to be proposed."""
    return found is not None and found.done_at is not None and ticket.is_open


def held(ticket: Ticket) -> list[WorkTask]:
    """Give the tasks of a plan that wait for others."""
    return list(WorkTask.objects.filter(ticket=ticket, state=WorkState.HELD).select_related("team"))


def today() -> Any:
    """Give the day on which forms are filled, in the zone of the page."""
    return timezone.localdate()
