"""The forms of ``people``: they read what was sent, services check it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud.filters import RelationField
from compagnon.core.crud.forms import RowForm, capital
from compagnon.core.errors import CompagnonError
from compagnon.core.verbs import Verb, all_verbs, own_verbs
from compagnon.people.models import ContactKind, Ease, Language, Organisation, Role, Team
from compagnon.people.resources import PERSONS
from compagnon.people.services.persons import PersonChanges
from compagnon.people.services.tokens import may_list


class Refusable(forms.Form):
    """A form that can show what a service refused."""

    def refuse(self, error: CompagnonError) -> None:
        """Show the error, beside the fields that it names."""
        told = False
        for name, texts in error.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, str(text))
                told = True
        if not told:
            self.add_error(None, str(error))


class NewPersonForm(RowForm):
    """A person, with the first address and number."""

    def __init__(self, actor: Actor, data: Any = None, organisation_id: int | None = None) -> None:
        super().__init__(PERSONS, actor, None, data)
        self.initial["organisation"] = organisation_id or actor.scope.organisation_id
        self.fields["email"] = forms.EmailField(required=False, label=_("Mail address"))
        self.fields["phone"] = forms.CharField(required=False, max_length=40, label=_("Phone"))

    def values(self) -> dict[str, Any]:
        """Give what was sent, for the service."""
        more = {name: self.cleaned_data[name] for name in ("email", "phone")}
        return {**super().values(), **more}


class ContactForm(Refusable):
    """An address or a number to add."""

    kind = forms.ChoiceField(choices=ContactKind, label=_("Kind"))
    value = forms.CharField(max_length=254, label=_("Address or number"))

    def __init__(self, data: Any = None, *, kinds: tuple[str, ...] = ()) -> None:
        super().__init__(data, prefix="contact")
        if kinds:
            found = [(value, label) for value, label in ContactKind.choices if value in kinds]
            self.fields["kind"] = forms.ChoiceField(choices=found, label=_("Kind"))


class RoleGiftForm(Refusable):
    """A role to give, and on what."""

    def __init__(
        self, actor: Actor, data: Any = None, *, organisation_id: int | None = None
    ) -> None:
        super().__init__(data, prefix="role", initial={"organisation": organisation_id})
        self.fields["role"] = RelationField(visibility.visible(Role, actor), label=_("Role"))
        reach = actor.scope.organisations("role.manage")
        rows = visibility.visible(Organisation, actor).filter(is_active=True)
        if reach is not None:
            rows = rows.filter(pk__in=reach)
        self.fields["organisation"] = RelationField(
            rows, label=_("On which organisation"), help_text=_("And on all that is below it.")
        )


class TeamChoiceForm(Refusable):
    """A team to join."""

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data, prefix="team")
        rows = visibility.visible(Team, actor).filter(is_active=True)
        reach = actor.scope.organisations("team.manage")
        if reach is not None:
            rows = rows.filter(organisation_id__in=reach)
        self.fields["team"] = RelationField(rows, label=_("Team"))


class DomainsForm(Refusable):
    """The mail domains of an organisation, one a line."""

    domains = forms.CharField(
        required=False,
        max_length=10_000,
        label=_("Mail domains"),
        help_text=_("One a line. An unknown sender of one of them is taken as one of its people."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def names(self) -> list[str]:
        """Give the domains that were sent."""
        return str(self.cleaned_data["domains"]).split()


class RoleForm(Refusable):
    """A role: its name and its verbs, by room."""

    name = forms.CharField(max_length=80, label=_("Name"))
    needs_second_factor = forms.BooleanField(
        required=False,
        label=_("Second factor required"),
        help_text=_("Whoever holds this role must sign in with a second factor."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, actor: Actor, role: Role | None = None, data: Any = None) -> None:
        initial: dict[str, Any] = {}
        if role is not None:
            initial = {
                "name": str(role),
                "needs_second_factor": role.needs_second_factor,
                "version": role.version,
            }
        super().__init__(data, initial=initial)
        self.held = frozenset(role.verbs) if role is not None else frozenset()
        self.scope = actor.scope

    def rooms(self) -> list[tuple[str, list[tuple[Verb, bool, bool]]]]:
        """Give by room each verb, whether it is ticked, and whether the actor may tick it."""
        ticked = self.held if not self.is_bound else frozenset(self.sent())
        found: dict[str, list[tuple[Verb, bool, bool]]] = {}
        for verb in all_verbs():
            mine = self.scope.allows_somewhere(verb.name)
            found.setdefault(verb.room, []).append((verb, verb.name in ticked, mine))
        return list(found.items())

    def sent(self) -> list[str]:
        """Give the verbs that were ticked. A verb that one could not tick stays as it was."""
        ticked = set(cast("QueryDict", self.data).getlist("verbs"))
        names = {verb.name for verb in all_verbs()}
        kept = {name for name in self.held & names if not self.scope.allows_somewhere(name)}
        return sorted((ticked & names) | kept)


class AccountForm(Refusable):
    """The address to sign in with."""

    email = forms.EmailField(
        label=_("Sign-in address"),
        help_text=_("A link to choose a password is sent there."),
    )


class OwnForm(Refusable):
    """What people change of themselves."""

    language = forms.ChoiceField(choices=Language, label=_("Language"))
    ease = forms.ChoiceField(
        choices=Ease,
        label=_("How at ease with computers"),
        help_text=_("Our messages adapt to it."),
    )

    def values(self) -> PersonChanges:
        """Give what was sent, for the service."""
        return {
            "language": self.cleaned_data["language"],
            "ease": self.cleaned_data["ease"],
        }


class TokenForm(Refusable):
    """An API token to make."""

    name = forms.CharField(
        max_length=80, label=_("Used by"), help_text=_("The program that will use it.")
    )
    expires_on = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    verbs = forms.MultipleChoiceField(
        required=False,
        label=_("It may"),
        help_text=_("Nothing ticked: everything that you may do."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        self.initial["expires_on"] = timezone.localdate() + timedelta(days=90)
        self.fields["verbs"].choices = [  # type: ignore[attr-defined]
            (verb.name, capital(verb.label))
            for verb in (*all_verbs(), *own_verbs())
            if may_list(actor, verb.name)
        ]

    def expires_at(self) -> datetime:
        """Give the end of the last day, where the person is."""
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
