"""Forms of candidacies: enrolling, the plan, and what a candidate comes with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core.visibility import visible
from compagnon.people.models import Organisation
from compagnon.titles.deeds import DeedForm, PersonField, day, moment, text
from compagnon.titles.models import (
    AccommodationKind,
    CandidacyState,
    Certificate,
    IdentityDocument,
    NoticeState,
    Path,
    PeriodKind,
    TitleVersion,
)
from compagnon.titles.queries import candidacies as queries
from compagnon.titles.services.candidacies import MOVES

_FILE_HELP = _("A scan or a photograph; optional.")


def _file() -> forms.FileField:
    return forms.FileField(label=_("File"), required=False, help_text=_FILE_HELP)


class EnrolForm(DeedForm):
    """Who goes for what, by which path, with which centre."""

    person = PersonField(label=_("candidate"))
    centre = forms.ModelChoiceField(Organisation.objects.none(), label=_("training centre"))
    version = forms.ModelChoiceField(TitleVersion.objects.none(), label=_("title"))
    path = forms.ChoiceField(label=_("path"), choices=Path.choices)
    aimed = forms.ModelMultipleChoiceField(
        Certificate.objects.none(),
        label=_("certificates aimed at"),
        required=False,
        help_text=_("None chosen: every CCP of the title. For a CCS, choose that one."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    starts_on = day(_("starts on"))
    ends_on = day(_("ends on"), required=False)
    trainer = PersonField(label=_("trainer in charge"), required=False)
    plan = text(_("training plan"), 20_000)

    def prepare(self) -> None:
        """Offer the centres whose files the actor keeps, and versions that have certificates."""
        self.choose("centre", queries.centres(self.actor))
        versions = queries.versions()
        self.choose("version", versions)
        self.choose(
            "aimed",
            Certificate.objects.filter(version__in=versions.values("pk"))
            .select_related("version__title")
            .order_by("version__title__short_name", "-version__valid_from", "kind", "number"),
        )
        field: Any = self.fields["aimed"]
        field.label_from_instance = lambda one: f"{one.version} · {one}"
        if not self.is_bound:
            only = list(queries.centres(self.actor)[:2])
            if len(only) == 1:
                self.initial["centre"] = only[0]
            self.initial.setdefault("starts_on", timezone.localdate())


class MoveForm(DeedForm):
    """Where the candidacy goes from here."""

    state = forms.ChoiceField(label=_("state"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer what it may become."""
        field: Any = self.fields["state"]
        field.choices = [
            (state.value, state.label) for state in CandidacyState if state in MOVES[self.row.state]
        ]


class IdentityForm(DeedForm):
    """On which document the identity was checked."""

    document = forms.ChoiceField(label=_("identity checked on"), choices=IdentityDocument.choices)


class PeriodForm(DeedForm):
    """A stretch of the plan."""

    kind = forms.ChoiceField(label=_("where"), choices=PeriodKind.choices)
    starts_on = day(_("from"))
    ends_on = day(_("to"))
    hours = forms.IntegerField(label=_("hours"), min_value=0, max_value=5000, initial=0)
    subject = forms.CharField(label=_("subject"), max_length=200, required=False)
    company = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("company"), required=False
    )
    tutor = PersonField(label=_("tutor"), required=False)

    def prepare(self) -> None:
        """Offer the organisations that the actor sees."""
        self.choose("company", visible(Organisation, self.actor).order_by("name"))


class AbsenceForm(DeedForm):
    """Time away; never why."""

    starts_at = moment(_("from"))
    ends_at = moment(_("to"))
    is_justified = forms.BooleanField(label=_("justified"), required=False)


class KeyForm(DeedForm):
    """Which of the things that hang on the row."""

    key = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Take the key that the link named."""
        self.initial.setdefault("key", None)


class JustifyForm(KeyForm):
    """Whether an absence is justified."""

    is_justified = forms.BooleanField(label=_("justified"), required=False)


class AccommodationForm(DeedForm):
    """What sessions are adjusted with."""

    kind = forms.ChoiceField(label=_("kind"), choices=AccommodationKind.choices)
    extra_percent = forms.IntegerField(
        label=_("extra time (%)"), min_value=0, max_value=200, initial=0, required=False
    )
    details = forms.CharField(
        label=_("details"),
        max_length=300,
        required=False,
        help_text=_("What is to be done; never for which handicap."),
    )
    granted_on = day(_("granted on"))
    valid_to = day(_("valid to"), required=False)


class AskNoticeForm(DeedForm):
    """When the application for VAE was made."""

    asked_on = day(_("asked on"))


class AnswerNoticeForm(DeedForm):
    """What the authority answered."""

    state = forms.ChoiceField(
        label=_("answer"),
        choices=[(one.value, one.label) for one in (NoticeState.ADMISSIBLE, NoticeState.REFUSED)],
    )
    notified_on = day(_("notified on"))
    valid_to = day(_("valid to"), required=False)
    file = _file()


class ExperienceForm(DeedForm):
    """A stretch of work."""

    employer = forms.CharField(label=_("employer or association"), max_length=200)
    role = forms.CharField(label=_("job held"), max_length=200)
    is_volunteer = forms.BooleanField(label=_("volunteer"), required=False)
    starts_on = day(_("from"))
    ends_on = day(_("to"), required=False)
    weekly_hours = forms.DecimalField(
        label=_("hours a week"), min_value=0, max_value=60, decimal_places=1, initial=35
    )
    file = _file()


class HeldForm(DeedForm):
    """A certificate, or a whole title, gained elsewhere."""

    version = forms.ModelChoiceField(TitleVersion.objects.none(), label=_("title"))
    certificate = forms.ModelChoiceField(
        Certificate.objects.none(),
        label=_("certificate"),
        required=False,
        empty_label=_("the whole title"),
    )
    gained_on = day(_("gained on"))
    file = _file()

    def prepare(self) -> None:
        """Offer every version and its certificates, those of the candidacy's title chosen."""
        versions = queries.versions()
        self.choose("version", versions)
        self.choose(
            "certificate",
            Certificate.objects.filter(version__in=versions.values("pk"))
            .select_related("version__title")
            .order_by("version__title__short_name", "-version__valid_from", "kind", "number"),
        )
        field: Any = self.fields["certificate"]
        field.label_from_instance = lambda one: f"{one.version} · {one}"
        self.initial.setdefault("version", self.row.version_of_title_id)


class KeepForm(DeedForm):
    """Until when the personal data is kept."""

    day = day(_("kept until"))

    def prepare(self) -> None:
        """Show what is said now."""
        self.initial.setdefault("day", self.row.keep_until)


class ForgetForm(DeedForm):
    """A word to say that it is meant."""

    sure = forms.BooleanField(label=_("Erase them: this cannot be undone"))
