"""Forms of sessions, juries, approvals, forecasts and minutes: shapes only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core.visibility import visible
from compagnon.people.models import Organisation
from compagnon.titles.deeds import DeedForm, PersonField, day, moment, text
from compagnon.titles.models import (
    Answer,
    AppealState,
    Attendance,
    Candidacy,
    CandidacyState,
    Certificate,
    Forecast,
    Juror,
    Path,
    Quality,
    SessionKind,
    Sex,
    Sitting,
    TieKind,
    Title,
    TitleVersion,
)
from compagnon.titles.queries import sessions as queries

MOST = 2**62


class KeyForm(DeedForm):
    """Which of the things that hang on the row."""

    key = forms.IntegerField(min_value=1, max_value=MOST, widget=forms.HiddenInput)


class _CentreForm(DeedForm):
    """Which centre, for which title."""

    centre = forms.ModelChoiceField(Organisation.objects.none(), label=_("training centre"))
    version = forms.ModelChoiceField(TitleVersion.objects.none(), label=_("title"))

    def prepare(self) -> None:
        """Offer the centres whose sessions the actor prepares, and versions with certificates."""
        centres = queries.centres(self.actor)
        self.choose("centre", centres)
        self.choose("version", queries.versions())
        if not self.is_bound:
            only = list(centres[:2])
            if len(only) == 1:
                self.initial["centre"] = only[0]


class PlanForm(_CentreForm):
    """A session to plan."""

    kind = forms.ChoiceField(label=_("kind"), choices=SessionKind.choices)
    certificate = forms.ModelChoiceField(
        Certificate.objects.none(),
        label=_("certificate"),
        required=False,
        help_text=_("For a session on one CCP or CCS."),
    )
    starts_at = moment(_("starts"))
    ends_at = moment(_("ends"))
    place = forms.CharField(label=_("place"), max_length=300)
    is_remote = forms.BooleanField(label=_("at a distance"), required=False)
    forecast = forms.ModelChoiceField(
        Forecast.objects.none(), label=_("foreseen as"), required=False
    )

    def prepare(self) -> None:
        """Offer what the actor may choose."""
        super().prepare()
        self.choose("certificate", queries.certificates())
        field: Any = self.fields["certificate"]
        field.label_from_instance = lambda one: f"{one.version} · {one}"
        self.choose("forecast", queries.forecasts(self.actor))
        field = self.fields["forecast"]
        field.label_from_instance = lambda one: f"{one} · {one.version_of_title}"


class ApprovalForm(_CentreForm):
    """The State's approval of a centre and its equipment."""

    number = forms.CharField(label=_("number"), max_length=60)
    approved_on = day(_("approved on"))
    valid_to = day(_("valid to"), required=False)
    equipment = text(_("equipment"), 10_000)


class ForecastForm(_CentreForm):
    """A session foreseen for a month."""

    kind = forms.ChoiceField(label=_("kind"), choices=SessionKind.choices)
    month = day(_("month"), help_text=_("Any day of it."))
    places = forms.IntegerField(label=_("candidates"), min_value=1, max_value=500, initial=12)
    submitted_on = day(_("told to the State on"), required=False)


class StationForm(DeedForm):
    """A place of the session."""

    name = forms.CharField(label=_("name"), max_length=80)
    room = forms.CharField(label=_("room"), max_length=80, required=False)
    equipment = forms.CharField(label=_("machine"), max_length=200, required=False)


class CandidateForm(DeedForm):
    """Who comes, of those who are ready."""

    candidacy = forms.ModelChoiceField(Candidacy.objects.none(), label=_("candidate"))

    def prepare(self) -> None:
        """Offer the candidacies of this title that are ready, and not on the list."""
        rows = visible(Candidacy, self.actor).filter(
            state=CandidacyState.READY,
            version_of_title=self.row.version_of_title_id,
            organisation=self.row.organisation_id,
        )
        rows = (
            rows.filter(path=Path.CCS)
            if self.row.kind == SessionKind.CCS
            else rows.exclude(path=Path.CCS)
        )
        self.choose(
            "candidacy",
            rows.exclude(sittings__session=self.row.pk)
            .select_related("person", "version_of_title__title")
            .order_by("person__search_name"),
        )
        field: Any = self.fields["candidacy"]
        field.label_from_instance = lambda one: f"{one.person} · {one.reference}"


class InviteForm(DeedForm):
    """Whom to invite."""

    juror = forms.ModelChoiceField(Juror.objects.none(), label=_("juror"))
    is_chair = forms.BooleanField(label=_("chairs the jury"), required=False)

    def prepare(self) -> None:
        """Offer the centre's jurors who are not invited."""
        rows = visible(Juror, self.actor).filter(organisation=self.row.organisation_id)
        self.choose(
            "juror", rows.exclude(invitations__session=self.row.pk).select_related("person")
        )


class AnswerForm(KeyForm):
    """What a juror answered."""

    answer = forms.ChoiceField(label=_("answer"), choices=Answer.choices)


def _minutes(label: Any, first: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=2_880, initial=first, required=False
    )


class TimetableForm(DeedForm):
    """How long each part lasts, in minutes; a part of no minutes is left out."""

    situation = _minutes(_("professional situation (minutes)"), 120)
    technical = _minutes(_("technical interview (minutes)"), 0)
    questions = _minutes(_("questioning (minutes)"), 0)
    final = _minutes(_("final interview (minutes)"), 30)
    pause = _minutes(_("between two (minutes)"), 5)


class SummonForm(DeedForm):
    """Why it is late, if it is."""

    late_because = forms.CharField(
        label=_("why candidates are told late"),
        max_length=500,
        required=False,
        help_text=_("Only where the notice is shorter than the texts want, and they agreed."),
    )


class AttendanceForm(KeyForm):
    """Who came."""

    attendance = forms.ChoiceField(label=_("attendance"), choices=Attendance.choices)
    identity_checked = forms.BooleanField(label=_("identity checked"), required=False)


class PresenceForm(KeyForm):
    """Which juror came."""

    is_present = forms.BooleanField(label=_("present"), required=False)


class IncidentForm(DeedForm):
    """What happened."""

    text = text(_("what happened"), 5_000, required=True)
    sitting = forms.ModelChoiceField(
        Sitting.objects.none(), label=_("candidate concerned"), required=False
    )
    is_fraud = forms.BooleanField(label=_("report of fraud"), required=False)

    def prepare(self) -> None:
        """Offer the candidates of the session."""
        rows = visible(Sitting, self.actor).filter(session=self.row.pk)
        self.choose("sitting", rows.select_related("candidacy__person"))
        field: Any = self.fields["sitting"]
        field.label_from_instance = lambda one: str(one.candidacy.person)


class ReasonForm(DeedForm):
    """Why."""

    reason = forms.CharField(label=_("reason"), max_length=500)


class JurorForm(DeedForm):
    """What the register says of a juror."""

    titles = forms.ModelMultipleChoiceField(
        Title.objects.none(), label=_("titles"), widget=forms.SelectMultiple(attrs={"size": 4})
    )
    quality = forms.ChoiceField(label=_("quality"), choices=Quality.choices)
    occupation = forms.CharField(label=_("trade"), max_length=120, required=False)
    employer = forms.CharField(label=_("employer"), max_length=120, required=False)
    sex = forms.ChoiceField(
        label=_("sex"),
        choices=Sex.choices,
        required=False,
        help_text=_("Only to balance juries."),
    )
    experience_months = forms.IntegerField(
        label=_("months in the trade"), min_value=0, max_value=840, initial=0
    )
    left_trade_on = day(_("left the trade on"), required=False)
    authorisation = forms.CharField(label=_("authorisation"), max_length=60, required=False)
    authorised_from = day(_("authorised from"), required=False)
    authorised_to = day(_("authorised until"), required=False)
    is_active = forms.BooleanField(label=_("invited"), required=False, initial=True)

    def prepare(self) -> None:
        """Offer every title; begin with what stands."""
        self.choose("titles", Title.objects.order_by("short_name"))
        if self.row is not None and not self.is_bound:
            for name in self.fields:
                if name != "titles":
                    self.initial[name] = getattr(self.row, name, None)
            self.initial["titles"] = list(self.row.titles.values_list("pk", flat=True))
        elif self.row is None:
            self.initial.setdefault("quality", Quality.PROFESSIONAL)


class RegisterForm(JurorForm):
    """Somebody to write in a register."""

    centre = forms.ModelChoiceField(Organisation.objects.none(), label=_("training centre"))
    person = PersonField(label=_("person"))
    field_order = ("centre", "person")

    def prepare(self) -> None:
        """Offer the centres whose sessions the actor prepares."""
        super().prepare()
        centres = queries.centres(self.actor)
        self.choose("centre", centres)
        only = list(centres[:2])
        if not self.is_bound and len(only) == 1:
            self.initial["centre"] = only[0]


class TieForm(DeedForm):
    """What links a juror to somebody."""

    candidate = PersonField(label=_("candidate"))
    kind = forms.ChoiceField(label=_("link"), choices=TieKind.choices)


class VoteForm(KeyForm):
    """For or against, on the title or a certificate; ``key`` is the candidate's line."""

    certificate = forms.IntegerField(
        min_value=1, max_value=MOST, required=False, widget=forms.HiddenInput
    )
    is_for = forms.TypedChoiceField(
        label=_("vote"),
        choices=[("yes", _("for")), ("no", _("against"))],
        coerce=lambda value: value == "yes",
    )


class WriteForm(KeyForm):
    """What to write minutes with: ``key`` is the candidate's line."""

    reason = forms.CharField(
        label=_("why the minutes are corrected"), max_length=500, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Take the answers to open questions, one field each, named ``answer-ID``."""
        values: dict[str, Any] = super().clean() or {}
        values["answers"] = {
            name.removeprefix("answer-")[:80]: str(self.data[name])[:80]
            for name in list(self.data)[:60]
            if name.startswith("answer-") and self.data[name]
        }
        return values


class DigestForm(DeedForm):
    """The digest of what was read."""

    digest = forms.CharField(min_length=64, max_length=64, widget=forms.HiddenInput)


class AppealForm(DeedForm):
    """An appeal."""

    received_on = day(_("received on"))
    grounds = text(_("grounds"), 5_000, required=True)

    def prepare(self) -> None:
        """Begin with today."""
        self.initial.setdefault("received_on", timezone.localdate())


class AnswerAppealForm(KeyForm):
    """What is answered to an appeal."""

    state = forms.ChoiceField(
        label=_("answer"),
        choices=[(one.value, one.label) for one in (AppealState.UPHELD, AppealState.DISMISSED)],
    )
    answer = text(_("why"), 5_000, required=True)
    answered_on = day(_("answered on"))
