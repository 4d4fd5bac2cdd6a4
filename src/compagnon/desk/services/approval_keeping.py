"""Keeping approvals going: naming somebody else, handing a voice over, reminding, giving up."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused
from compagnon.core.services import require, service
from compagnon.desk.errors import AlreadyAnswered, IllegalMove
from compagnon.desk.models import Answer, Approval, ApprovalState, ApprovalVoice
from compagnon.desk.policies import may
from compagnon.desk.services import approval_access as access
from compagnon.desk.services import approval_steps as steps
from compagnon.desk.services import fulfilling
from compagnon.desk.services.approval_access import COMMENT_MAX, asking, may_give_up, may_name
from compagnon.people.models import Person


@service("ticket.give_up_approval")
def give_up(
    *, actor: Actor, approval_id: int, reason: str = "", at: datetime | None = None
) -> Approval:
    """Ask for an approval no more; the ticket goes on without it.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: the actor may not ask for approvals on that ticket; or the form asks for this
            one, and they do not manage approvals, or ask for the request themselves.
        AlreadyAnswered: it is decided.
    """
    ticket, approval = access.lock(actor, approval_id)
    require(
        may(actor, "approval.ask", ticket),
        _("Your role does not allow you to give up approvals on this ticket."),
    )
    require(
        may_give_up(actor, ticket, approval),
        _("The form asks for this approval: only who manages approvals gives it up, and never "
          "for themselves."),
    )  # fmt: skip
    if not approval.is_open:
        raise AlreadyAnswered(_("This approval is decided."))
    at = at or timezone.now()
    approval.version += 1
    approval.state, approval.decided_at, approval.next_at = ApprovalState.GIVEN_UP, at, None
    approval.comment = reason.strip()[:COMMENT_MAX]
    approval.save(update_fields=["state", "decided_at", "next_at", "comment", "version"])
    access.record(actor, ticket, approval, "ticket.give_up_approval", at)
    if ticket.is_open:
        steps.open_next(actor=actor, ticket=ticket, at=at)
        steps.settle_wait(actor=actor, ticket=ticket, at=at)
        fulfilling.advance(actor=actor, ticket=ticket, at=at)
    access.announce(actor, ticket, approval)
    return approval


@service("ticket.name_approver")
def name_approver(
    *,
    actor: Actor,
    approval_id: int,
    person: Person,
    instead_of: Person | None = None,
    at: datetime | None = None,
) -> ApprovalVoice:
    """Ask somebody else too, or in the place of who is away.

    The team's lead names, whoever holds ``approval.manage``, and who is asked hands their own
    voice over.

    Raises:
        NotFound: there is no such approval, or the actor does not see it.
        Refused: the actor may not name anybody.
        AlreadyAnswered: it is decided, or who was to be replaced answered.
        Invalid: that person is asked already, is gone, or asks for it themselves.
    """
    ticket, approval = access.lock(actor, approval_id)
    at = at or timezone.now()
    if instead_of is None and not may_name(actor, ticket, approval):
        # Who is asked and names somebody hands their own voice over: they never add one.
        instead_of = Person.objects.filter(pk=actor.id or 0).first()
    replaced = _replaced(approval, instead_of)
    own = replaced is not None and replaced.person_id == actor.id
    own = own and actor.scope.reaches_own("approval.own")
    if not (own or may_name(actor, ticket, approval)):
        raise Refused(_("The team’s lead names approvers, or who is asked for themselves."))
    if not approval.is_open:
        raise AlreadyAnswered(_("This approval is decided."))
    if not approval.self_allowed and person.pk in asking(ticket, approval):
        raise Invalid(
            _("Nobody approves what they ask for themselves."),
            fields={"person": [_("Choose somebody else.")]},
        )
    if person.pk == actor.id:
        raise Invalid(
            _("Nobody names themselves: ask somebody else to."),
            fields={"person": [_("Choose somebody else.")]},
        )
    if not person.is_active or approval.voices.filter(person=person).exists():
        raise Invalid(
            _("This person is asked already, or is gone."),
            fields={"person": [_("Choose somebody else.")]},
        )
    if replaced is not None:
        replaced.answer, replaced.answered_at = Answer.PASSED, at
        replaced.save(update_fields=["answer", "answered_at"])
    (voice,) = steps.add_voices(approval, [person], named_by=actor.id, instead_of=replaced)
    approval.version += 1
    approval.save(update_fields=["version"])
    if approval.state == ApprovalState.ASKED:
        steps.tell_asked(actor=actor, ticket=ticket, approval=approval, at=at, only=[voice])
    access.record(
        actor, ticket, approval, "ticket.name_approver", at, to_person_id=person.pk,
        instead_of_id=instead_of.pk if instead_of else None,
    )  # fmt: skip
    return voice


def _replaced(approval: Approval, person: Person | None) -> ApprovalVoice | None:
    if person is None:
        return None
    voice = approval.voices.select_for_update(of=("self",)).filter(person=person).first()
    if voice is None:
        raise Refused(_("This approval is not asked of that person."))
    if voice.answer != Answer.AWAITED:
        raise AlreadyAnswered(_("They answered before."))
    return voice


@service("ticket.remind_approvers")
def remind_approvers(*, actor: Actor, approval_id: int, at: datetime | None = None) -> Approval:
    """Remind those whose answer is awaited, if the moment has come.

    Raises:
        Refused: a person asks; only the program does this.
        IllegalMove: no reminder is due.
    """
    require(actor.is_system, _("Only the program sends reminders."))
    ticket, approval = access.lock(actor, approval_id)
    at = at or timezone.now()
    due = approval.next_at is not None and approval.next_at <= at
    if approval.state != ApprovalState.ASKED or not due or not ticket.is_open:
        raise IllegalMove(_("No reminder is due on this approval."))
    approval.reminded += 1
    approval.next_at = steps.next_reminder(approval, ticket, at)
    approval.save(update_fields=["reminded", "next_at"])
    told = steps.tell_asked(actor=actor, ticket=ticket, approval=approval, at=at)
    access.record(
        actor, ticket, approval, "ticket.remind_approvers", at, reminder=approval.reminded,
        mails=told,
    )  # fmt: skip
    return approval
