"""The approval of a supply: who must approve the amount, asked one after the other."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import require, service
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    Approval,
    ApprovalState,
    ApprovalThreshold,
    ApproverRole,
    Quote,
    StepState,
    SupplyCase,
    SupplyStage,
    SupplyStep,
)
from compagnon.desk.models.approvals import SUPPLY_STEP as SUBJECT
from compagnon.desk.models.supply import MOST_CENTS
from compagnon.desk.policies import may
from compagnon.desk.policies_supply import APPROVE, MANAGE
from compagnon.desk.services import approval_keeping, approving
from compagnon.desk.services.approval_steps import program
from compagnon.desk.services.supply_changing import check_open, finish, lock, move, ticket_of
from compagnon.desk.supplying import approvals, stages
from compagnon.park.models import Currency
from compagnon.park.money import amount
from compagnon.people.models import Organisation, OrganisationKind, Person, RoleAssignment

MOST_ASKED = 50
THRESHOLDS_IN = Currency.EUR
"""The currency of thresholds; an amount in another one is over each of them."""


def threshold_of(organisation: Organisation) -> ApprovalThreshold | None:
    """Give the thresholds in force: of the organisation, or of the nearest above it."""
    keys = [int(key) for key in organisation.path.strip("/").split("/") if key]
    rows = {
        row.organisation_id: row
        for row in ApprovalThreshold.objects.filter(organisation_id__in=keys).select_related(
            "representative", "manager"
        )
    }
    return next((rows[key] for key in reversed(keys) if key in rows), None)


def steps_needed(
    organisation: Organisation, total_cents: int, currency: str = THRESHOLDS_IN
) -> list[str]:
    """Give who must approve that amount there. Without thresholds the representative always is."""
    found = threshold_of(organisation)
    if found is None:
        return [approvals.REPRESENTATIVE] if total_cents else []
    # No rate of exchange is ours to choose: what cannot be compared is asked of everybody.
    known = currency == THRESHOLDS_IN
    return approvals.steps(
        total_cents if known or not total_cents else MOST_CENTS * MOST_CENTS,
        representative_over=found.representative_over_cents,
        manager_over=found.manager_over_cents,
    )


def approvers(supply: SupplyCase, role: str, *, submitted_by: int | None) -> list[Person]:
    """Give who may approve on that behalf: whom the thresholds name, or who may by a role.

    Never who asks for it, nor for whom it is, nor who retained or submitted the quote.
    """
    found = threshold_of(supply.organisation)
    named = None
    if found is not None:
        named = found.representative if role == ApproverRole.REPRESENTATIVE else found.manager
    ticket = supply.ticket
    own = {ticket.requester_id, ticket.beneficiary_id, supply.beneficiary_id, submitted_by}
    # Two pairs of eyes: nor who chose the quote.
    own.update(supply.quotes.filter(is_retained=True).values_list("retained_by_id", flat=True))
    if named is not None:
        return [named] if named.is_active and named.pk not in own else []
    people = _holders(supply.organisation)
    of_provider = [one.organisation.kind == OrganisationKind.PROVIDER for one in people]
    wanted = role == ApproverRole.MANAGER
    return [
        one
        for one, provider in zip(people, of_provider, strict=True)
        if provider == wanted and one.pk not in own
    ][:MOST_ASKED]


def _holders(organisation: Organisation) -> list[Person]:
    """Give who may approve supplies of the organisation by a role, here or above."""
    keys = [int(key) for key in organisation.path.strip("/").split("/") if key]
    given = RoleAssignment.objects.filter(organisation_id__in=keys).values_list(
        "person_id", "role__verbs"
    )
    held = {person for person, verbs in given if APPROVE in verbs}
    rows = Person.objects.filter(pk__in=held, is_active=True, organisation__is_active=True)
    return list(rows.select_related("organisation").order_by("pk"))


@service("supply.submit")
def submit(*, actor: Actor, supply_id: int, expected_version: int | None = None) -> SupplyCase:
    """Submit the retained quote to those who must approve its amount; under it, it is approved.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: it is not at the quotes.
        Invalid: no quote is retained, or it is no longer valid.
        Conflict: nobody may approve it.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=MANAGE, expected_version=expected_version)
    quote = retained(supply)
    check_open(supply)
    was = supply.stage
    needed = steps_needed(supply.organisation, quote.total_cents, supply.currency)
    if not needed:
        move(supply, SupplyStage.APPROVED)
        return finish(
            actor=actor, supply=supply, verb="supply.submit", was=was,
            after={"quote_id": quote.pk, "steps": []},
        )  # fmt: skip
    move(supply, SupplyStage.APPROVAL)
    for role in needed:
        if not approvers(supply, role, submitted_by=actor.id):
            raise Conflict(_nobody(role))
    latest = supply.approval_steps.order_by("-round").values_list("round", flat=True).first() or 0
    made = SupplyStep.objects.bulk_create(
        SupplyStep(
            supply=supply, quote=quote, round=latest + 1, position=at, role=role,
            amount_cents=quote.total_cents,
        )
        for at, role in enumerate(needed)
    )  # fmt: skip
    _ask(actor=actor, supply=supply, step=made[0], submitted_by=actor.id)
    return finish(
        actor=actor, supply=supply, verb="supply.submit", was=was,
        after={"quote_id": quote.pk, "steps": needed},
    )  # fmt: skip


def retained(supply: SupplyCase) -> Quote:
    """Give the retained quote, if it still holds.

    Raises:
        Invalid: none is retained, or it is no longer valid.
    """
    quote = supply.quotes.filter(is_retained=True).select_related("supplier").first()
    if quote is None:
        raise Invalid(_("Retain a quote first."))
    if quote.valid_until is not None and quote.valid_until < timezone.localdate():
        raise Invalid(
            _("This quote was valid until %(day)s: ask the supplier for another one.")
            % {"day": quote.valid_until.isoformat()}
        )
    return quote


def _words(supply: SupplyCase, step: SupplyStep) -> tuple[str, str]:
    name = _("Supply %(reference)s: %(title)s") % {
        "reference": supply.reference, "title": supply.title,
    }  # fmt: skip
    details = "\n".join(
        [
            _("%(count)d × %(what)s, for %(who)s")
            % {"count": supply.quantity, "what": supply.title, "who": supply.beneficiary},
            supply.reason[:1200],
            _("%(supplier)s: %(amount)s with tax")
            % {
                "supplier": step.quote.supplier,
                "amount": amount(step.amount_cents, supply.currency),
            },
        ]
    )
    return name[:120], details[:2000]


def _ask(*, actor: Actor, supply: SupplyCase, step: SupplyStep, submitted_by: int | None) -> None:
    """Ask those of a step by the ticket's approvals; the ticket waits for it.

    Raises:
        Conflict: nobody may approve it any more.
        IllegalMove: the ticket is over.
    """
    people = approvers(supply, step.role, submitted_by=submitted_by)
    if not people:
        raise Conflict(_nobody(step.role))
    ticket = ticket_of(supply)
    name, details = _words(supply, step)
    step.state, step.asked_at = StepState.ASKED, timezone.now()
    step.save(update_fields=["state", "asked_at"])
    approving.ask(
        # Who manages supplies need not work on tickets: then the program asks in their name.
        actor=actor if may(actor, "approval.ask", ticket) else program(actor),
        ticket_id=supply.ticket_id,
        name=name,
        persons=people,
        details=details,
        amount_cents=step.amount_cents,
        currency=supply.currency,
        subject_kind=SUBJECT,
        subject_id=step.pk,
        part_of_verb=True,
        asked_by=submitted_by,
    )


def _nobody(role: str) -> str:
    return _("Nobody may approve for “%(role)s”: say who in the thresholds of approval.") % {
        "role": ApproverRole(role).label
    }


def give_up(*, actor: Actor, supply: SupplyCase) -> None:
    """Withdraw what is asked and what was to be, as part of another verb."""
    waiting = supply.approval_steps.filter(state__in=[StepState.ASKED, StepState.WAITING])
    for step in waiting:
        step.state = StepState.WITHDRAWN
        step.save(update_fields=["state"])
        asked = Approval.objects.filter(
            subject_kind=SUBJECT, subject_id=step.pk, state=ApprovalState.ASKED
        ).first()
        if asked is not None:
            approval_keeping.give_up(actor=program(actor), approval_id=asked.pk)


@service("supply.withdraw")
def withdraw(*, actor: Actor, supply_id: int, expected_version: int | None = None) -> SupplyCase:
    """Take back what was submitted, before it is decided.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: nobody is asked.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=MANAGE, expected_version=expected_version)
    was = supply.stage
    if was != stages.APPROVAL:
        raise IllegalMove(_("Nobody is asked to approve this supply."))
    move(supply, SupplyStage.QUOTING)
    give_up(actor=actor, supply=supply)
    return finish(actor=actor, supply=supply, verb="supply.withdraw", was=was)


@service("supply.settle_step")
def settle_step(*, actor: Actor, approval_id: int) -> SupplyCase | None:
    """Keep what was decided on a step: the next one is asked, or the supply is approved, refused,
    or back at its quotes where the approval was given up.

    The program calls it once an approval is decided; what is kept already stays as it is.

    Raises:
        Refused: a person asks; only the program does this.
    """
    require(actor.is_system, _("Only the program keeps what was decided."))
    approval = Approval.objects.get(pk=approval_id)
    found = SupplyStep.objects.filter(pk=approval.subject_id or 0).first()
    if approval.subject_kind != SUBJECT or found is None or approval.is_open:
        return None
    rows = SupplyCase.objects.select_for_update(of=("self",)).select_related("organisation")
    supply = rows.get(pk=found.supply_id)
    step = SupplyStep.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if step.state != StepState.ASKED or supply.stage != stages.APPROVAL:
        return supply
    was = supply.stage
    _note(step, approval)
    if approval.state == ApprovalState.APPROVED:
        _go_on(actor, supply, step, approval.asked_by_id)
    else:
        supply.approval_steps.filter(state=StepState.WAITING).update(state=StepState.WITHDRAWN)
        refused = approval.state == ApprovalState.REFUSED
        move(supply, SupplyStage.REFUSED if refused else SupplyStage.QUOTING)
    return finish(
        actor=actor, supply=supply, verb="supply.settle_step", was=was,
        after={"step": step.position, "role": step.role, "state": step.state,
               "decided_by_id": step.decided_by_id},
    )  # fmt: skip


_STATES = {
    ApprovalState.APPROVED: StepState.APPROVED,
    ApprovalState.REFUSED: StepState.REFUSED,
    ApprovalState.GIVEN_UP: StepState.WITHDRAWN,
}


def _note(step: SupplyStep, approval: Approval) -> None:
    last = approval.voices.exclude(answered_at=None).order_by("-answered_at", "-pk").first()
    step.state = _STATES[ApprovalState(approval.state)]
    step.decided_at = approval.decided_at
    step.decided_by_id = last.person_id if last else None
    step.reason = approval.comment[:1000]
    step.save(update_fields=["state", "decided_at", "decided_by", "reason"])


def _go_on(actor: Actor, supply: SupplyCase, step: SupplyStep, submitted_by: int | None) -> None:
    """Ask the next step, or approve; where nobody can be asked any more, back to the quotes."""
    rows = supply.approval_steps.filter(round=step.round, state=StepState.WAITING)
    following = rows.select_related("quote__supplier").order_by("position").first()
    if following is None:
        move(supply, SupplyStage.APPROVED)
        return
    left = approvers(supply, following.role, submitted_by=submitted_by)
    if not left or not supply.ticket.is_open:
        rows.update(state=StepState.WITHDRAWN)
        move(supply, SupplyStage.QUOTING)
        return
    _ask(actor=actor, supply=supply, step=following, submitted_by=submitted_by)


def undecided() -> list[int]:
    """Give approvals that were decided and that no supply has kept: the program fell between."""
    asked = SupplyStep.objects.filter(state=StepState.ASKED).values("pk")
    return list(
        Approval.objects.filter(subject_kind=SUBJECT, subject_id__in=asked)
        .exclude(state__in=[ApprovalState.ASKED, ApprovalState.TO_COME])
        .order_by("pk")
        .values_list("pk", flat=True)[:200]
    )
