"""What the desk's pages take: shapes and lengths only; the rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.models import (
    Category,
    Channel,
    Impact,
    OrganisationRules,
    PendingReason,
    Priority,
    SolutionKind,
    Ticket,
    TicketKind,
    Urgency,
    WorkMode,
)
from compagnon.desk.rules import MATRIX
from compagnon.people.models import Membership, Person, Team

TEXT_MAX = 100_000


class SeveralFiles(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, up to twenty; cleaned as a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Give the list of files."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > 20:
            raise forms.ValidationError(_("At most 20 files at once."))
        return [super(FilesField, self).clean(one, initial) for one in given]


class TreeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Categories, indented by their depth."""

    def label_from_instance(self, obj: Category) -> str:
        """The name, under its parents."""
        depth = max(0, obj.path.count("/") - 2)
        return "\u2003" * depth + obj.name


def text_field(label: Any, *, rows: int = 4, required: bool = True, **more: Any) -> forms.CharField:
    """A text area that grows."""
    return forms.CharField(
        label=label,
        max_length=TEXT_MAX,
        required=required,
        widget=forms.Textarea(
            attrs={"rows": rows, "data-controller": "autosize", "data-action": "autosize#fit"}
        ),
        **more,
    )


class VerbForm(forms.Form):
    """A form on a ticket. ``version`` is what its writer saw, so that two do not cross."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, ticket: Ticket, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"version": ticket.version} | kwargs["initial"]
        super().__init__(*args, **kwargs)
        self.actor, self.ticket = actor, ticket
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the actor and the ticket."""


def teams(actor: Actor) -> QuerySet[Team]:
    """Give the teams that the actor can hand a ticket to."""
    return visible(Team, actor, Team.objects.filter(is_active=True))


def technicians(actor: Actor) -> QuerySet[Person]:
    """Give the people of those teams."""
    members = Membership.objects.filter(team__in=teams(actor)).values("person_id")
    return Person.objects.filter(pk__in=members, is_active=True)


class NothingForm(VerbForm):
    """A verb that needs no words."""


class ReplyForm(VerbForm):
    """A message to the user, or a note among technicians."""

    text = text_field(_("Message"), rows=4)
    attachments = FilesField(label=_("Files"), required=False)


class SolveForm(VerbForm):
    """A solution to propose."""

    text = text_field(
        _("Solution"),
        rows=5,
        help_text=_("The user reads this text and accepts or refuses it."),
    )
    kind = forms.ChoiceField(
        label=_("What kind of solution"),
        choices=SolutionKind.choices,
        initial="permanent",
        widget=forms.RadioSelect,
    )


class ReasonForm(VerbForm):
    """A reason."""

    reason = text_field(_("Reason"), rows=3)


class PendForm(VerbForm):
    """Why a ticket waits and until when."""

    reason = forms.ChoiceField(label=_("It waits for"), choices=PendingReason.choices)
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("It resumes by itself then. Empty: it waits for somebody."),
    )
    note = text_field(_("Internal note"), rows=2, required=False)


class AssignForm(VerbForm):
    """Whom to give the ticket to."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False)
    assignee = forms.ModelChoiceField(Person.objects.none(), label=_("Technician"), required=False)

    def prepare(self) -> None:
        """Offer the teams and their members."""
        self.fields["team"].queryset = teams(self.actor)  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = technicians(self.actor)  # type: ignore[attr-defined]
        self.initial.update({"team": self.ticket.team_id, "assignee": self.ticket.assignee_id})


class EscalateForm(VerbForm):
    """What the next level needs."""

    to_team = forms.ModelChoiceField(Team.objects.none(), label=_("To the team"))
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

    to_team = forms.ModelChoiceField(Team.objects.none(), label=_("To the team"))
    reason = text_field(_("Reason"), rows=3)

    def prepare(self) -> None:
        """Offer the other teams."""
        rows = teams(self.actor).exclude(pk=self.ticket.team_id or 0)
        self.fields["to_team"].queryset = rows  # type: ignore[attr-defined]


class AuthorityForm(VerbForm):
    """Whom to ask."""

    to_person = forms.ModelChoiceField(Person.objects.none(), label=_("To"))
    reason = text_field(_("Reason"), rows=3)

    def prepare(self) -> None:
        """Offer the supervisors of teams."""
        managers = teams(self.actor).filter(manager__isnull=False).values("manager_id")
        rows = Person.objects.filter(pk__in=managers, is_active=True)
        self.fields["to_person"].queryset = rows  # type: ignore[attr-defined]


class QualifyForm(VerbForm):
    """What the request is about, how grave, how urgent."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=TicketKind.choices)
    category = TreeChoice(Category.objects.none(), label=_("Category"), required=False)
    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), required=False)
    request_type = forms.ModelChoiceField(
        RequestType.objects.none(), label=_("Request type"), required=False
    )
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Impact.choices, coerce=int)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)
    affected_item = forms.CharField(label=_("Affected item"), max_length=120, required=False)

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
        )


def fill_choices(form: forms.Form, actor: Actor) -> None:
    """Offer the categories, services and request types that the actor sees."""
    offered = {
        "category": visible(Category, actor, Category.objects.filter(is_active=True)),
        "service": visible(Service, actor, Service.objects.filter(is_active=True)),
        "request_type": visible(RequestType, actor, RequestType.objects.filter(is_active=True)),
    }
    for name, rows in offered.items():
        form.fields[name].queryset = rows.order_by(  # type: ignore[attr-defined]
            "path" if name == "category" else "pk"
        )


class PlanForm(VerbForm):
    """A task to plan."""

    title = forms.CharField(label=_("What to do"), max_length=200)
    mode = forms.ChoiceField(
        label=_("Where"), choices=WorkMode.choices, widget=forms.RadioSelect, initial="remote"
    )
    assignee = forms.ModelChoiceField(Person.objects.none(), label=_("Technician"), required=False)
    planned_start = forms.DateTimeField(
        label=_("Appointment"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    planned_minutes = forms.IntegerField(
        label=_("Planned time (minutes)"), min_value=0, max_value=31 * 24 * 60, required=False
    )
    details = text_field(_("Details"), rows=2, required=False)

    def prepare(self) -> None:
        """Offer the technicians; the one who plans first."""
        self.fields["assignee"].queryset = technicians(self.actor)  # type: ignore[attr-defined]
        self.initial.update({"assignee": self.actor.id})


class CompleteForm(forms.Form):
    """What a task took."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    spent_minutes = forms.IntegerField(
        label=_("Time spent (minutes)"), min_value=0, max_value=31 * 24 * 60
    )
    travel_minutes = forms.IntegerField(
        label=_("Travel (minutes)"), min_value=0, max_value=31 * 24 * 60, required=False
    )
    note = text_field(_("Report"), rows=3, required=False)


class SheetForm(forms.Form):
    """What was done, as the user will read it."""

    report = text_field(_("What was done"), rows=5)


class SignForm(forms.Form):
    """The user's signature."""

    name = forms.CharField(label=_("Name of the person who signs"), max_length=120)
    remarks = text_field(_("Remarks"), rows=2, required=False)
    signature = forms.CharField(
        label=_("Signature"), max_length=300_000, widget=forms.HiddenInput, required=False
    )


class OpenForm(forms.Form):
    """A request as a technician takes it, on the phone or at the desk."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = text_field(_("Description"), rows=6)
    channel = forms.ChoiceField(
        label=_("Came by"),
        initial=Channel.PHONE,
        choices=[(c.value, c.label) for c in (Channel.PHONE, Channel.DESK, Channel.ALERT)],
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=TicketKind.choices)
    category = TreeChoice(Category.objects.none(), label=_("Category"), required=False)
    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), required=False)
    request_type = forms.ModelChoiceField(
        RequestType.objects.none(), label=_("Request type"), required=False
    )
    impact = forms.TypedChoiceField(
        label=_("Impact"), choices=Impact.choices, coerce=int, initial=Impact.LOW
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), choices=Urgency.choices, coerce=int, initial=Urgency.MEDIUM
    )
    affected_item = forms.CharField(label=_("Affected item"), max_length=120, required=False)
    attachments = FilesField(label=_("Files"), required=False)
    requester = forms.IntegerField(
        label=_("Requester"), min_value=1, max_value=2**63 - 1, required=True
    )
    beneficiary = forms.IntegerField(
        label=_("For somebody else"), min_value=1, max_value=2**63 - 1, required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill_choices(self, actor)


class AskForm(forms.Form):
    """A request as a user writes it: few words asked, none of ours."""

    title = forms.CharField(
        label=_("What is the matter?"),
        max_length=200,
        help_text=_("In a few words: “The second-floor printer does not answer”."),
    )
    text = text_field(
        _("Tell us more"),
        rows=6,
        help_text=_("What you were doing, what you see, since when, on which machine."),
    )
    urgency = forms.TypedChoiceField(
        label=_("Can you work meanwhile?"),
        coerce=int,
        initial=Urgency.MEDIUM,
        choices=[
            (Urgency.LOW, _("Yes, it can wait")),
            (Urgency.MEDIUM, _("Yes, but with difficulty")),
            (Urgency.HIGH, _("No, I am stopped")),
        ],
        widget=forms.RadioSelect,
    )
    attachments = FilesField(label=_("A screen shot or a file"), required=False)


class LinkAnswerForm(forms.Form):
    """The user's answer to a solution, by the link in the mail."""

    answer = forms.ChoiceField(
        choices=[("accept", _("Accept")), ("refuse", _("Refuse"))], widget=forms.HiddenInput
    )
    reason = text_field(_("What still fails?"), rows=3, required=False)

    def clean(self) -> dict[str, Any] | None:
        """A refusal says why."""
        values = super().clean() or {}
        if values.get("answer") == "refuse" and not values.get("reason"):
            self.add_error("reason", _("Tell us what still fails."))
        return values


class RulesForm(forms.Form):
    """An organisation's matrix and delays, a field for each cell."""

    close_after_days = forms.IntegerField(
        label=_("Days before a solved ticket closes by itself"), min_value=1, max_value=90
    )
    reopen_within_days = forms.IntegerField(
        label=_("Days during which a closed ticket may be reopened"), min_value=0, max_value=365
    )

    def __init__(self, *args: Any, rules: OrganisationRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(
            {
                "close_after_days": rules.close_after_days,
                "reopen_within_days": rules.reopen_within_days,
            }
        )
        matrix = rules.matrix or MATRIX
        for impact in Impact:
            for urgency in Urgency:
                self.fields[f"cell_{impact}_{urgency}"] = forms.TypedChoiceField(
                    label=f"{impact.label}, {urgency.label}",
                    choices=Priority.choices,
                    coerce=int,
                    initial=matrix[impact - 1][urgency - 1],
                )

    def matrix(self) -> list[list[int]]:
        """Give the cells as the service takes them: rows are impacts, columns urgencies."""
        return [
            [self.cleaned_data[f"cell_{impact}_{urgency}"] for urgency in Urgency]
            for impact in Impact
        ]
