"""What service requests keep of a person: approvals that they answered or that name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import ERASED, Basis, Holding, Subject, mask_of, register
from compagnon.desk.models import Approval, ApprovalVoice, RequestAnswers, RequestDraft


def _voices(subject: Subject) -> QuerySet[ApprovalVoice]:
    return ApprovalVoice.objects.filter(person_id=subject.person_id)


def _tell_voices(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for voice in _voices(subject).select_related("approval").order_by("pk"):
        yield {
            "request": voice.approval.ticket_id,
            "step": voice.approval.name,
            "answer": voice.answer,
            "answered": voice.answered_at,
            "comment": voice.comment,
        }


def _forget_voices(subject: Subject) -> int:
    """Blank the comments, and take the names out of what was asked for them."""
    gone = _voices(subject).exclude(comment__in=["", ERASED]).update(comment=ERASED)
    mask = mask_of(subject, first_names=True)
    party = Q(ticket__requester_id=subject.person_id) | Q(ticket__beneficiary_id=subject.person_id)
    asked = Q(pk__in=_voices(subject).values("approval_id"))
    for row in Approval.objects.filter(party | asked):
        told = {name: mask(getattr(row, name)) for name in ("name", "details", "comment")}
        if any(told[name] != getattr(row, name) for name in told):
            gone += Approval.objects.filter(pk=row.pk).update(**told)
    return gone


def _answers(subject: Subject) -> QuerySet[RequestAnswers]:
    party = Q(ticket__requester_id=subject.person_id) | Q(ticket__beneficiary_id=subject.person_id)
    return RequestAnswers.objects.filter(party)


def _drafts(subject: Subject) -> QuerySet[RequestDraft]:
    mine = Q(person_id=subject.person_id) | Q(beneficiary_id=subject.person_id)
    return RequestDraft.objects.filter(mine)


def _tell_answers(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _answers(subject).order_by("pk").iterator(chunk_size=500):
        yield {"request": row.ticket_id, "answers": row.answers, "names": row.names}
    for draft in _drafts(subject).order_by("pk"):
        yield {"begun": draft.updated_at, "answers": draft.answers}


def _forget_answers(subject: Subject) -> int:
    gone = _drafts(subject).delete()[0]
    return gone + _answers(subject).exclude(answers={}).update(answers={}, names={})


register(
    Holding(
        key="desk.answers",
        order=24,
        title=_("Answers to request forms"),
        concerned=_("Those who ask, those for whom it is asked"),
        content=_("What they answered, and requests they have begun to write"),
        purpose=_("To do what was asked for"),
        basis=Basis.CONTRACT,
        recipients=_("The support centre; those whose approval is asked"),
        count=lambda subject: _answers(subject).count() + _drafts(subject).count(),
        export=_tell_answers,
        erase=_forget_answers,
        models=("desk.requestanswers", "desk.requestdraft", "desk.requestfile"),
    ),
    Holding(
        key="desk.approvals",
        order=25,
        title=_("Approvals"),
        concerned=_("Those whose approval is asked"),
        content=_("What was asked, their answer, when, their comment"),
        purpose=_("To prove who agreed to what"),
        basis=Basis.INTEREST,
        recipients=_("The support centre; who asked is told the decision"),
        count=lambda subject: _voices(subject).count(),
        export=_tell_voices,
        erase=_forget_voices,
        models=("desk.approval", "desk.approvalvoice"),
        stays=_("That it was approved or refused, and when, without comments."),
    ),
)
