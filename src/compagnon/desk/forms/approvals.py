"""Forms of approvals: asking for one, answering, naming somebody else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import approvals
from compagnon.desk.forms.fields import capitals, row_field, teams, text_field
from compagnon.desk.forms.verbs import VerbForm
from compagnon.desk.models import Approval, ApprovalRule, AskedOf
from compagnon.people.models import Person, Team
from compagnon.people.queries import named
from compagnon.ui.picked import PickedField

COMMENT_MAX = 2000


class AskApprovalForm(VerbForm):
    """What is to be approved, by whom, for how much."""

    name = forms.CharField(label=_("What is to be approved?"), max_length=120)
    details = text_field(_("What they must know"), rows=3, required=False)
    asked_of = forms.ChoiceField(
        label=_("Asked of"), choices=capitals(*AskedOf), initial=AskedOf.REPRESENTATIVES
    )
    person = PickedField(label=_("Person"), required=False, hint=_("Name, mail address or phone"))
    team = row_field(Team, _("Team"))
    rule = forms.ChoiceField(
        label=_("Who has to agree"),
        choices=capitals(*ApprovalRule),
        initial=ApprovalRule.ANY,
    )
    needed = forms.IntegerField(
        label=_("How many, at least"), min_value=1, max_value=50, required=False, initial=1
    )
    amount = forms.DecimalField(
        label=_("Amount in euros"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    due_days = forms.IntegerField(
        label=_("Working days to answer"), min_value=1, max_value=250, required=False
    )

    def prepare(self) -> None:
        """Offer the persons of the ticket's organisation, found while typing, and the teams.

        Who asks for it is among them: the service says why they are not asked.
        """
        organisation_id = self.ticket.organisation_id
        near = Person.objects.filter(is_active=True, organisation_id=organisation_id)
        address = f"{reverse('people:pick_persons')}?{urlencode({'organisation': organisation_id})}"
        field: Any = self.fields["person"]
        field.offer(visible(Person, self.actor, near), address, named)
        self.fields["team"].queryset = teams(self.actor)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever is asked must be named."""
        values = super().clean() or {}
        wanted = {AskedOf.PERSONS: "person", AskedOf.TEAM: "team"}.get(values.get("asked_of", ""))
        if wanted and not values.get(wanted):
            self.add_error(wanted, _("Choose who is asked."))
        return values

    @staticmethod
    def cents(amount: Decimal | None) -> int | None:
        """Give an amount in cents."""
        return None if amount is None else int(amount * 100)


class DecideForm(forms.Form):
    """Yes, or no with its reason."""

    answer = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("refuse", _("Refuse"))], widget=forms.HiddenInput
    )
    comment = forms.CharField(
        label=_("Your comment, or why you refuse"),
        max_length=COMMENT_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        values = super().clean() or {}
        if values.get("answer") == "refuse" and not (values.get("comment") or "").strip():
            self.add_error("comment", _("Say why it is refused: who asked for it is told."))
        return values


class NameApproverForm(forms.Form):
    """Who is asked too, or instead."""

    person = PickedField(label=_("Who answers"), hint=_("Name, mail address or phone"))
    instead_of = row_field(Person, _("Instead of"))

    def __init__(self, *args: Any, actor: Actor, approval: Approval, lead: bool, **kw: Any) -> None:
        super().__init__(*args, **kw)
        field: Any = self.fields["person"]
        picker = reverse("desk:pick_approvers", args=[approval.pk])
        field.offer(approvals.may_be_named(actor, approval), picker, named)
        if lead:
            rows = Person.objects.filter(pk__in=[one.person_id for one in approval.voices.all()])
            self.fields["instead_of"].queryset = rows  # type: ignore[attr-defined]
        else:
            del self.fields["instead_of"]


class GiveUpForm(forms.Form):
    """Why it is asked no more."""

    reason = forms.CharField(label=_("Reason"), max_length=COMMENT_MAX, required=False)
