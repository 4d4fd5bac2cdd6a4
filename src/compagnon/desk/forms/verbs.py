"""The forms on a ticket's page, one a verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import waiting
from compagnon.desk.forms.fields import (
    NONE,
    FilesField,
    TreeChoice,
    WithFilesForm,
    capitals,
    fill_choices,
    minutes_field,
    moment_field,
    row_field,
    teams,
    technicians,
    text_field,
)
from compagnon.desk.models import (
    Category,
    Impact,
    Message,
    SolutionKind,
    Ticket,
    TicketKind,
    Urgency,
    WorkMode,
)
from compagnon.people.models import Person, Site, Team


class VerbForm(forms.Form):
    """A form on a ticket. ``version`` is what its writer saw, so that two do not cross."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"version": ticket.version} | kwargs["initial"]
        super().__init__(*args, **kwargs)
        self.actor, self.ticket = actor, ticket
        # What others wrote while this was being written, to be shown beside it.
        self.newer: Sequence[Message] = ()
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the actor and the ticket."""


class NothingForm(VerbForm):
    """A verb that needs no words."""


class SeenForm(VerbForm):
    """A text to send. ``seen`` is the last message on the page, so that two do not cross."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class ReplyForm(WithFilesForm, SeenForm):
    """A message to the user, or a note among technicians."""

    text = text_field(_("Message"), rows=4)
    attachments = FilesField(label=_("Files"), required=False)


class SolveForm(SeenForm):
    """A solution to propose."""

    text = text_field(
        _("Solution"),
        rows=5,
        help_text=_("The user reads this text and accepts or refuses it."),
    )
    kind = forms.ChoiceField(
        label=_("What kind of solution"),
        choices=capitals(*SolutionKind),
        initial="permanent",
        widget=forms.RadioSelect,
    )


class ReasonForm(VerbForm):
    """A reason."""

    reason = text_field(_("Reason"), rows=3)


class PendForm(VerbForm):
    """Why a ticket waits and until when."""

    reason = forms.ChoiceField(label=_("It waits for"))
    until = moment_field(
        _("Until"),
        help_text=_("It resumes by itself then. Empty: it waits for somebody."),
    )
    note = text_field(_("Internal note"), rows=2, required=False)

    def prepare(self) -> None:
        """Offer the reasons that are kept, read once."""
        self.fields["reason"].choices = waiting.choices()  # type: ignore[attr-defined]


class AssignForm(VerbForm):
    """Whom to give the ticket to."""

    team = row_field(Team, _("Team"))
    assignee = row_field(Person, _("Technician"))

    def prepare(self) -> None:
        """Offer the teams and their members."""
        self.fields["team"].queryset = teams(self.actor)  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = technicians(self.actor)  # type: ignore[attr-defined]
        self.initial.update({"team": self.ticket.team_id, "assignee": self.ticket.assignee_id})


class EscalateForm(VerbForm):
    """What the next level needs."""

    to_team = row_field(Team, _("To the team"), required=True)
    reason = text_field(_("Why this level cannot solve it"), rows=2)
    tried = text_field(_("What was observed and tried"), rows=4)
    needed = text_field(_("What is expected"), rows=2, required=False)

    def prepare(self) -> None:
        """Offer the teams of a higher level."""
        level = self.ticket.team.level if self.ticket.team else 0
        rows = teams(self.actor).filter(level__gt=level)
        self.fields["to_team"].queryset = rows  # type: ignore[attr-defined]


class TransferForm(VerbForm):
    """To which desk."""

    to_team = row_field(Team, _("To the team"), required=True)
    reason = text_field(_("Reason"), rows=3)

    def prepare(self) -> None:
        """Offer the other teams."""
        rows = teams(self.actor).exclude(pk=self.ticket.team_id or 0)
        self.fields["to_team"].queryset = rows  # type: ignore[attr-defined]


class AuthorityForm(VerbForm):
    """Whom to ask."""

    to_person = row_field(Person, _("To"), required=True)
    reason = text_field(_("Reason"), rows=3)

    def prepare(self) -> None:
        """Offer the supervisors of teams."""
        managers = teams(self.actor).filter(manager__isnull=False).values("manager_id")
        rows = Person.objects.filter(pk__in=managers, is_active=True)
        self.fields["to_person"].queryset = rows  # type: ignore[attr-defined]


class QualifyForm(VerbForm):
    """What the request is about, how grave, how urgent."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=capitals(*TicketKind))
    category = TreeChoice(
        Category.objects.none(), label=_("Category"), required=False, empty_label=NONE
    )
    service = row_field(Service, _("Service"))
    request_type = row_field(RequestType, _("Request type"))
    impact = forms.TypedChoiceField(label=_("Impact"), choices=capitals(*Impact), coerce=int)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=capitals(*Urgency), coerce=int)
    affected_item = forms.CharField(label=_("Affected item"), max_length=120, required=False)
    # Somebody else of the same organisation; nobody named, it stays as it is.
    beneficiary = forms.IntegerField(
        label=_("For"), min_value=1, max_value=2**63 - 1, required=False
    )

    def prepare(self) -> None:
        """Show the ticket as it is."""
        fill_choices(self, self.actor)
        ticket = self.ticket
        self.initial.update(
            {
                name: getattr(ticket, name)
                for name in ("title", "kind", "impact", "urgency", "affected_item")
            }
        )
        self.initial.update(
            category=ticket.category_id,
            service=ticket.service_id,
            request_type=ticket.request_type_id,
            beneficiary=ticket.beneficiary_id,
        )


class PlanForm(VerbForm):
    """A task to plan."""

    title = forms.CharField(label=_("What to do"), max_length=200)
    mode = forms.ChoiceField(
        label=_("Where"), choices=capitals(*WorkMode), widget=forms.RadioSelect, initial="remote"
    )
    site = row_field(Site, _("Site"))
    assignee = row_field(Person, _("Technician"))
    planned_start = moment_field(
        _("Appointment"),
    )
    planned_minutes = minutes_field(_("Planned time (minutes)"))
    details = text_field(_("Details"), rows=2, required=False)

    def prepare(self) -> None:
        """Offer the user's sites, and the technicians; the one who plans first."""
        sites = visible(Site, self.actor, self.ticket.organisation.sites.order_by("name"))
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.initial["site"] = self.ticket.site_id
        self.fields["assignee"].queryset = technicians(self.actor)  # type: ignore[attr-defined]
        self.initial.update({"assignee": self.actor.id})
