"""Forms that tie tickets together: linking, merging, splitting, solving the parts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from compagnon.desk import queries
from compagnon.desk.forms.fields import text_field
from compagnon.desk.forms.verbs import SolveForm, VerbForm
from compagnon.desk.models import INVERSE, LinkKind, Ticket

# What a person may say; that a message was split off is said by splitting.
OFFERED = (LinkKind.RELATES, LinkKind.DUPLICATE, LinkKind.CAUSED, LinkKind.CHILD)


def ways() -> list[tuple[str, str]]:
    """Give each kind of link both ways; the inverse ones are marked with a dash."""
    found: list[tuple[str, str]] = []
    for kind in OFFERED:
        found.append((kind.value, capfirst(str(kind.label))))
        if kind != LinkKind.RELATES:
            found.append((f"-{kind.value}", capfirst(str(INVERSE[kind]))))
    return found


class OtherTicketForm(VerbForm):
    """A verb about another ticket, named by the number that people say."""

    other = forms.CharField(
        label=_("Number of the other ticket"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "search", "autocomplete": "off"}),
    )

    def clean_other(self) -> Ticket:
        """Find it among the tickets that the actor sees."""
        found = queries.find_by_reference(self.actor, self.cleaned_data["other"])
        if found is None:
            raise forms.ValidationError(_("No ticket that you see has this number."))
        return found


class LinkForm(OtherTicketForm):
    """What this ticket is to which other."""

    way = forms.ChoiceField(label=_("This ticket"), choices=ways)
    field_order = ["version", "way", "other"]


class MergeForm(OtherTicketForm):
    """Into which ticket."""

    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].help_text = _(
            "The work goes on there. Nothing is lost: messages, files and tasks are shown there, "
            "and merging can be undone until a solution is proposed."
        )


class UnlinkForm(VerbForm):
    """Which link."""

    link = forms.IntegerField(widget=forms.HiddenInput)


class SplitForm(VerbForm):
    """Which message."""

    message = forms.IntegerField(widget=forms.HiddenInput)


class SolveChildrenForm(SolveForm):
    """One solution for every part."""

    text = text_field(
        _("Solution"),
        rows=5,
        help_text=_("The user of each open part reads this text and accepts or refuses it."),
    )
