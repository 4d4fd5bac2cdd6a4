"""Asking for approvals and answering them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused, Stale
from compagnon.core.services import service
from compagnon.desk.approval_rules import verdict
from compagnon.desk.errors import AlreadyAnswered, IllegalMove
from compagnon.desk.models import (
    Answer,
    Approval,
    ApprovalRule,
    ApprovalState,
    ApprovalVoice,
    AskedOf,
    Ticket,
)
from compagnon.desk.services import approval_access as access
from compagnon.desk.services import approval_steps as steps
from compagnon.desk.services import changing, fulfilling
from compagnon.desk.services.approval_access import COMMENT_MAX
from compagnon.people.models import Person, Team

DUE_MAX = 250
OWN = "desk."
"""How the subjects of this room's own verbs begin."""


@service("ticket.ask_approval")
def ask(
    *,
    actor: Actor,
    ticket_id: int,
    name: str,
    persons: Sequence[Person] = (),
    team: Team | None = None,
    asked_of: AskedOf | None = None,
    rule: ApprovalRule = ApprovalRule.ANY,
    needed: int = 1,
    details: str = "",
    due_days: int | None = None,
    amount_cents: int | None = None,
    currency: str = "",
    subject_kind: str = "",
    subject_id: int | None = None,
    self_allowed: bool = False,
    part_of_verb: bool = False,
    asked_by: int | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Approval:
    """Ask for an approval on an open ticket, at once; the ticket waits for it.

    Args:
        persons, team, asked_of: who decides; ``asked_of`` is needed for the representatives of
            the ticket's organisation and for the requester's supervisor only.
        rule, needed: how many of them have to agree.
        due_days: working days of the client's contract within which an answer is wanted.
        amount_cents, currency: what it costs, in cents and ISO 4217.
        subject_kind, subject_id: what else hangs on it, told again by ``approval_decided``.
        self_allowed: who asks for it may approve it.
        part_of_verb: a verb of ours asks, which goes on by ``subject_kind`` once it is decided.
        asked_by: for whom the program asks: they answer no more than if they asked themselves.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`.
        IllegalMove: the ticket is solved, closed or cancelled.
        Invalid: no name, nobody to ask, or a number out of bounds.
    """
    ticket = changing.lock(
        actor=actor, ticket_id=ticket_id, verb="approval.ask", expected_version=expected_version
    )
    at = at or timezone.now()
    if not ticket.is_open:
        raise IllegalMove(_("This ticket is no longer worked on: reopen it to ask for anything."))
    if subject_kind.startswith(OWN) and not part_of_verb:
        # What is ordered or handed over on that answer is asked for by its own verb, of whom its
        # own rules name: nobody makes up an approval for it.
        raise Invalid(
            _("This kind of subject is kept for the program."),
            fields={"subject_kind": [_("Name a subject of yours.")]},
        )
    whom = asked_of or (AskedOf.TEAM if team and not persons else AskedOf.PERSONS)
    asks = actor.id if asked_by is None or not actor.is_system else asked_by
    people = steps.asked(
        ticket, whom, persons=persons, team=team, self_allowed=self_allowed, asks=asks
    )
    currency = (currency or ("EUR" if amount_cents is not None else "")).upper()
    _check(name, people, rule, needed, due_days, amount_cents, currency)
    approval = Approval.objects.create(
        ticket=ticket,
        name=" ".join(name.split())[:120],
        details=details.strip()[:COMMENT_MAX],
        asked_of=whom,
        team=team if whom == AskedOf.TEAM else None,
        rule=rule,
        needed=needed,
        self_allowed=self_allowed,
        due_days=due_days,
        amount_cents=amount_cents,
        currency=currency if amount_cents is not None else "",
        subject_kind=subject_kind[:40],
        subject_id=subject_id,
        asked_by_id=asks,
    )
    steps.add_voices(approval, people)
    steps.open_step(actor=actor, ticket=ticket, approval=approval, at=at)
    access.record(actor, ticket, approval, "ticket.ask_approval", at, asked=len(people))
    steps.settle_wait(actor=actor, ticket=ticket, at=at)
    return approval


def _check(  # noqa: PLR0917
    name: str,
    people: Sequence[Person],
    rule: ApprovalRule,
    needed: int,
    due_days: int | None,
    amount_cents: int | None,
    currency: str,
) -> None:
    if not name.strip():
        raise Invalid(_("Say what is to be approved."), fields={"name": [_("The name is empty.")]})
    if not people:
        raise Invalid(
            _("Nobody can approve it: those asked are gone, or ask for it themselves."),
            fields={"persons": [_("Choose somebody else.")]},
        )
    if rule == ApprovalRule.COUNT and not 1 <= needed <= len(people):
        raise Invalid(
            _("Between 1 and %(most)d of those asked can have to agree.") % {"most": len(people)},
            fields={"needed": [_("Choose a smaller number.")]},
        )
    if due_days is not None and not 1 <= due_days <= DUE_MAX:
        raise Invalid(
            _("An answer is wanted within 1 to 250 working days."),
            fields={"due_days": [_("Choose a number of days between 1 and 250.")]},
        )
    if amount_cents is not None and not 0 <= amount_cents < 10**13:
        raise Invalid(
            _("This amount cannot be kept."), fields={"amount_cents": [_("Out of bounds.")]}
        )
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Invalid(
            _("A currency has three letters."), fields={"currency": [_("Write EUR, USD…")]}
        )


@service("ticket.answer_approval")
def decide(
    *,
    actor: Actor,
    approval_id: int,
    approve: bool,
    comment: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Approval:
    """Answer an approval that is asked of the actor; with enough answers it is decided.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: it is not asked of them, or they ask for it themselves.
        AlreadyAnswered: they answered, or it is decided.
        Stale: it was changed since it was read.
        Invalid: a refusal without its reason.
    """
    ticket, approval = access.lock(actor, approval_id)
    at = at or timezone.now()
    voice = _voice(actor, ticket, approval)
    if expected_version is not None and approval.version != expected_version:
        raise Stale(_("This approval was changed since you opened it. Look at it again."))
    comment = comment.replace("\x00", "").strip()
    if not approve and not comment:
        raise Invalid(
            _("Say why it is refused: who asked for it is told."),
            fields={"comment": [_("A refusal needs its reason.")]},
        )
    if len(comment) > COMMENT_MAX:
        raise Invalid(
            _("A comment has at most 2,000 characters."), fields={"comment": [_("Too long.")]}
        )
    voice.answer = Answer.YES if approve else Answer.NO
    voice.comment, voice.answered_at = comment, at
    voice.save(update_fields=["answer", "comment", "answered_at"])
    outcome = verdict(
        approval.rule, approval.needed, approval.voices.values_list("answer", flat=True)
    )
    approval.version += 1
    if outcome is None:
        approval.save(update_fields=["version"])
        access.record(
            actor, ticket, approval, "ticket.answer_approval", at, answer=str(voice.answer)
        )
        return approval
    _end(actor, ticket, approval, outcome, comment, at)
    return approval


def _voice(actor: Actor, ticket: Ticket, approval: Approval) -> ApprovalVoice:
    """Give the voice with which the actor answers.

    Raises:
        Refused, AlreadyAnswered: see :func:`decide`.
    """
    rows = approval.voices.select_for_update(of=("self",)).select_related("person__organisation")
    voice = rows.filter(person_id=actor.id or 0).first()
    if voice is None or not actor.scope.reaches_own("approval.own"):
        raise Refused(_("This approval is not asked of you."))
    if voice.answer == Answer.PASSED:
        raise Refused(_("Somebody else answers this approval in your place."))
    if not (voice.person.is_active and voice.person.organisation.is_active):
        # The link of a mail outlives the account of who left.
        raise Refused(_("This approval is not asked of you."))
    if not approval.self_allowed and actor.id in access.asking(ticket, approval):
        raise Refused(_("Nobody approves what they ask for themselves."))
    if approval.state == ApprovalState.TO_COME:
        raise IllegalMove(_("This approval is not asked yet: others come before it."))
    if approval.state != ApprovalState.ASKED or voice.answer != Answer.AWAITED:
        raise AlreadyAnswered(_("This approval was answered before."))
    return voice


def _end(  # noqa: PLR0917
    actor: Actor,
    ticket: Ticket,
    approval: Approval,
    state: ApprovalState,
    comment: str,
    at: datetime,
) -> None:
    """Decide the approval: tell it, go on with the next ones, or stop what was to come."""
    approval.state, approval.decided_at, approval.next_at = state, at, None
    approval.comment = comment
    approval.save(update_fields=["state", "decided_at", "next_at", "comment", "version"])
    after: dict[str, object] = {"approval_state": str(state)}
    message = steps.tell_decided(
        actor=actor, ticket=ticket, approval=approval, reason=comment, at=at
    )
    if message is not None:
        after["message_id"] = message
    access.record(actor, ticket, approval, "ticket.approved", at, **after)
    if state == ApprovalState.REFUSED and approval.plan_key:
        # What was asked beside the plan, by hand or for a supply, ends nothing of it.
        Approval.objects.filter(ticket=ticket, state=ApprovalState.TO_COME).exclude(
            plan_key=""
        ).update(state=ApprovalState.GIVEN_UP, decided_at=at)
    if ticket.is_open:
        steps.open_next(actor=actor, ticket=ticket, at=at)
        steps.settle_wait(actor=actor, ticket=ticket, at=at)
        fulfilling.advance(actor=actor, ticket=ticket, at=at)
    access.announce(actor, ticket, approval)
