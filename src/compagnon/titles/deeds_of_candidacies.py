"""What may be done to a candidacy from its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.titles.deeds import Deed, stored
from compagnon.titles.forms import candidacies as forms
from compagnon.titles.models import Candidacy
from compagnon.titles.policies_candidacies import may_manage
from compagnon.titles.services import candidacies, gathering, keeping, rights

Values = Mapping[str, Any]


def _keeps(actor: Actor, row: Candidacy) -> bool:
    return may_manage(actor, row.organisation_id)


def _with_file(values: Values) -> dict[str, Any]:
    return {**values, "file": stored(values.get("file"))}


def _experience(actor: Actor, row: Candidacy, values: Values) -> object:
    return rights.add_experience(actor=actor, candidacy_id=row.pk, **_with_file(values))


def _answer(actor: Actor, row: Candidacy, values: Values) -> object:
    return rights.answer_notice(actor=actor, candidacy_id=row.pk, **_with_file(values))


def _held(actor: Actor, row: Candidacy, values: Values) -> object:
    return rights.record_held(
        actor=actor, person=row.person, centre=row.organisation, **_with_file(values)
    )


def _accommodation(actor: Actor, row: Candidacy, values: Values) -> object:
    given = {**values, "extra_percent": values["extra_percent"] or 0}
    return rights.grant_accommodation(actor=actor, candidacy_id=row.pk, **given)


DEEDS: Mapping[str, Deed] = {
    "move": Deed(
        title=_("Change the state"),
        icon="progress",
        form=forms.MoveForm,
        may=_keeps,
        done=_("The state is changed."),
        run=lambda actor, row, values: candidacies.move(
            actor=actor, candidacy_id=row.pk, state=values["state"]
        ),
    ),
    "identity": Deed(
        title=_("Check the identity"),
        icon="fingerprint",
        form=forms.IdentityForm,
        may=_keeps,
        done=_("The identity is checked."),
        help=_("Only the kind of document is kept, never its number nor a copy."),
        run=lambda actor, row, values: candidacies.check_identity(
            actor=actor, candidacy_id=row.pk, document=values["document"]
        ),
    ),
    "period": Deed(
        title=_("Plan a period"),
        icon="calendar",
        form=forms.PeriodForm,
        may=_keeps,
        done=_("The period is in the plan."),
        run=lambda actor, row, values: candidacies.plan_period(
            actor=actor, candidacy_id=row.pk, **values
        ),
    ),
    "drop-period": Deed(
        title=_("Take the period off the plan"),
        icon="trash",
        kind="danger",
        form=forms.KeyForm,
        may=_keeps,
        done=_("The period is off the plan."),
        run=lambda actor, row, values: candidacies.drop_period(
            actor=actor, candidacy_id=row.pk, period_id=values["key"]
        ),
    ),
    "absence": Deed(
        title=_("Record an absence"),
        icon="calendar-off",
        form=forms.AbsenceForm,
        may=_keeps,
        done=_("The absence is recorded."),
        help=_("Only whether it is justified is kept, never why."),
        run=lambda actor, row, values: candidacies.record_absence(
            actor=actor, candidacy_id=row.pk, **values
        ),
    ),
    "justify": Deed(
        title=_("Say whether an absence is justified"),
        icon="calendar-off",
        form=forms.JustifyForm,
        may=_keeps,
        done=_("It is noted."),
        run=lambda actor, row, values: candidacies.justify_absence(
            actor=actor,
            candidacy_id=row.pk,
            absence_id=values["key"],
            is_justified=values["is_justified"],
        ),
    ),
    "accommodation": Deed(
        title=_("Grant an accommodation"),
        icon="clock-hour-4",
        form=forms.AccommodationForm,
        may=_keeps,
        done=_("The accommodation is granted."),
        run=_accommodation,
    ),
    "ask-notice": Deed(
        title=_("Record the application for VAE"),
        icon="send",
        form=forms.AskNoticeForm,
        may=_keeps,
        done=_("The application is recorded."),
        run=lambda actor, row, values: rights.ask_notice(
            actor=actor, candidacy_id=row.pk, **values
        ),
    ),
    "answer-notice": Deed(
        title=_("Record the answer to the application"),
        icon="mail",
        form=forms.AnswerNoticeForm,
        may=_keeps,
        done=_("The answer is recorded."),
        run=_answer,
    ),
    "experience": Deed(
        title=_("Add an experience"),
        icon="briefcase",
        form=forms.ExperienceForm,
        may=_keeps,
        done=_("The experience is added."),
        run=_experience,
    ),
    "held": Deed(
        title=_("Record a certificate held"),
        icon="certificate",
        form=forms.HeldForm,
        may=_keeps,
        done=_("It is in the booklet."),
        run=_held,
    ),
    "look-back": Deed(
        title=_("Propose the work done so far"),
        icon="refresh",
        may=_keeps,
        done=_("Work done since the start of the candidacy is proposed to the candidate."),
        help=_("What the journal tells of the candidate’s work is met with the evidence rules."),
        run=lambda actor, row, values: gathering.look_back(actor=actor, candidacy_id=row.pk),
    ),
    "keep": Deed(
        title=_("Say until when the file is kept"),
        icon="clock",
        form=forms.KeepForm,
        may=_keeps,
        done=_("It is noted."),
        run=lambda actor, row, values: keeping.keep_until(
            actor=actor, candidacy_id=row.pk, day=values["day"]
        ),
    ),
    "forget": Deed(
        title=_("Erase the personal texts"),
        icon="eye-off",
        kind="danger",
        form=forms.ForgetForm,
        may=_keeps,
        done=_("The personal texts are erased."),
        help=_(
            "The candidate’s accounts, files and plan go. Decisions, certificates held, seals and "
            "the journal stay as they are."
        ),
        run=lambda actor, row, values: keeping.forget(actor=actor, candidacy_id=row.pk),
    ),
}
