"""Tags in forms: chosen in the vocabulary, or written when there is none of that name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import tags
from compagnon.desk.forms.verbs import VerbForm
from compagnon.desk.models import Tag

# What a dialog shows at once; the others are put on by writing their name.
LISTED = 60


def chosen_tags(label: Any) -> Any:
    """Some tags of a list, each with a box to tick."""
    return forms.ModelMultipleChoiceField(
        Tag.objects.none(),
        label=label,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def names_of(text: str) -> list[str]:
    """Read «vpn, salle blanche» as names, each once."""
    names = (" ".join(one.split()) for one in text.replace("\x00", "").split(","))
    return list(dict.fromkeys(name for name in names if name))


class TagsForm(VerbForm):
    """The tags of a ticket: those ticked stay or are put on, the others are taken off."""

    names = forms.CharField(
        label=_("Add tags"),
        max_length=400,
        required=False,
        help_text=_("Names separated by commas; a new one joins the vocabulary."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    chosen = forms.TypedMultipleChoiceField(
        label=_("Tags"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """Tick those that stand there; offer them first, then the others of the vocabulary."""
        # The page has read them already.
        shown: list[Tag] | None = getattr(self.ticket, "shown_tags", None)
        if shown is None:
            shown = tags.of_tickets(self.actor, [self.ticket])[self.ticket.pk]
        self.held = shown
        rows = tags.vocabulary(self.ticket.organisation).filter(is_active=True)
        more = rows.exclude(pk__in=[one.pk for one in self.held]).order_by("folded", "pk")
        self.rows = {one.pk: one for one in [*self.held, *more[:LISTED]]}
        field: Any = self.fields["chosen"]
        field.choices = [(key, str(one)) for key, one in self.rows.items()]
        self.initial["chosen"] = [one.pk for one in self.held]

    def clean_names(self) -> list[str]:
        """Give the names, none too long."""
        found = names_of(self.cleaned_data["names"])
        if any(len(name) > 40 for name in found):
            raise ValidationError(_("A tag’s name has at most 40 characters."))
        return found

    def added(self) -> list[Tag | str]:
        """Give what is put on."""
        chosen = [self.rows[key] for key in self.cleaned_data["chosen"]]
        return [*chosen, *self.cleaned_data["names"]]

    def removed(self) -> list[Tag]:
        """Give what is taken off: what stood there and is ticked no more."""
        kept = set(self.cleaned_data["chosen"])
        return [one for one in self.held if one.pk not in kept]

    def clean(self) -> dict[str, Any]:
        """Give what is put on and taken off, as the service takes them."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            given["add"], given["remove"] = self.added(), self.removed()
        return given


class MergeTagForm(forms.Form):
    """Into which tag another goes."""

    into = forms.ModelChoiceField(Tag.objects.none(), label=_("Into the tag"))

    def __init__(self, *args: Any, actor: Actor, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = visible(Tag, actor).filter(organisation_id__in=tags.above(tag.organisation))
        field: Any = self.fields["into"]
        field.queryset = rows.exclude(pk=tag.pk).order_by("folded", "pk")
