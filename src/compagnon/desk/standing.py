"""Where a request stands, told to who asked: a sentence, what happens next, how far it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compagnon.desk.models import OrganisationRules, PendingReason, State, Ticket


@dataclass(frozen=True, slots=True)
class Standing:
    """``yours``: the person has something to do; ``step``: of 1 (received) to 4 (over)."""

    headline: str
    next: str
    icon: str
    colour: str
    step: int
    yours: bool = False


STEPS = 4


def steps() -> list[str]:
    """Give the names of the steps."""
    return [
        pgettext("step", "Received"),
        pgettext("step", "Taken care of"),
        pgettext("step", "Solution"),
        pgettext("step", "Over"),
    ]


def standing(ticket: Ticket, rules: OrganisationRules | None = None) -> Standing:
    """Tell where a request stands.

    Args:
        rules: those of its organisation, where the delay for reopening is to be told.
    """
    state = State(ticket.state)
    if ticket.merged_into_id is not None:
        return Standing(
            _("It goes on with another request"),
            _("We settle both together; nothing of what you wrote is lost."),
            "git-merge", "secondary", 2,
        )  # fmt: skip
    if state is State.PENDING:
        return _waiting(ticket)
    if state in {State.NEW, State.OPEN}:
        return _at_work(ticket)
    told: dict[State, tuple[str, str, str, str, int, bool]] = {
        State.SOLVED: (
            _("A solution is proposed to you"),
            _("Tell us whether it works.") + _by_itself(ticket),
            "circle-check", "green", 3, True,
        ),
        State.CLOSED: (_("It is settled"), _again(ticket, rules), "checks", "secondary", 4, False),
        State.CANCELLED: (
            _("It was set aside"), _again(ticket, rules), "archive", "secondary", 4, False,
        ),
    }  # fmt: skip
    return Standing(*told[state])


def seen_by_watcher(ticket: Ticket, rules: OrganisationRules | None = None) -> Standing:
    """Tell where a request stands to who follows it: what is awaited is awaited of its user."""
    found = standing(ticket, rules)
    who = {"who": ticket.beneficiary}
    if ticket.state == State.SOLVED:
        return replace(
            found,
            headline=_("A solution is proposed"),
            next=_("%(who)s says whether it works.") % who + _by_itself(ticket),
            yours=False,
        )
    if found.yours:
        return replace(
            found,
            headline=_("We wait for the answer of %(who)s") % who,
            next=_("You may answer in their place, below."),
            yours=False,
        )
    return found


def _at_work(ticket: Ticket) -> Standing:
    if ticket.assignee:
        return Standing(
            _("%(who)s takes care of it") % {"who": ticket.assignee},
            _("You are told as soon as there is something new."),
            "user-check", "primary", 2,
        )  # fmt: skip
    return Standing(
        _("We have received it"),
        _("A technician takes it up, in the order of urgency. You have nothing to do."),
        "inbox", "blue", 1,
    )  # fmt: skip


def _waiting(ticket: Ticket) -> Standing:
    reason = ticket.pending_reason
    if reason == PendingReason.USER:
        return Standing(
            _("We wait for your answer"),
            _("Write below: as soon as you have answered, we go on."),
            "message-circle", "yellow", 2, yours=True,
        )  # fmt: skip
    until = ""
    if ticket.pending_until:
        local = timezone.localtime(ticket.pending_until)
        until = " " + _("Planned for %(date)s.") % {"date": date_format(local, "DATETIME_FORMAT")}
    told = {
        PendingReason.SUPPLIER: (
            _("We wait for a supplier"), _("We follow it with them, and write to you."), "truck",
        ),
        PendingReason.APPOINTMENT: (
            _("An appointment is agreed"), _("A technician comes, or calls you."),
            "calendar-event",
        ),
        PendingReason.APPROVAL: (
            _("Your organisation’s approval is awaited"),
            _("Whoever decides was asked; we go on as soon as they agree."),
            "hourglass",
        ),
    }  # fmt: skip
    headline, following, icon = told.get(
        PendingReason(reason) if reason else PendingReason.OTHER,
        (_("It is on hold"), _("We take it up again, and write to you."), "player-pause"),
    )
    return Standing(headline, following + until, icon, "yellow", 2)


def _by_itself(ticket: Ticket) -> str:
    if ticket.close_after is None:
        return ""
    day = date_format(timezone.localtime(ticket.close_after), "DATE_FORMAT")
    return " " + _("Without an answer it closes by itself on %(date)s.") % {"date": day}


def _again(ticket: Ticket, rules: OrganisationRules | None) -> str:
    if rules is None or ticket.closed_at is None:
        return ""
    until = ticket.closed_at + timedelta(days=rules.reopen_within_days)
    if until < timezone.now():
        return _("If it comes back, report it again: this request is too old to be reopened.")
    day = date_format(timezone.localtime(until), "DATE_FORMAT")
    return _("If it comes back, you may reopen it until %(date)s.") % {"date": day}
