"""What is asked about a directory and its groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud.filters import RelationField
from compagnon.people.directory_state import NAMES, attributes_of
from compagnon.people.forms import Refusable
from compagnon.people.models import (
    Directory,
    DirectoryKind,
    DirectorySchedule,
    Language,
    Organisation,
    Role,
    Team,
)
from compagnon.people.services.directories import FIELDS

ATTRIBUTES = {
    "stable_id": _("What names an entry for ever"),
    "login": _("Name to sign in with"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "mail": _("Mail address"),
    "phone": _("Phone"),
    "mobile": _("Mobile"),
    "job_title": _("Job"),
    "language": _("Language"),
    "disabled": _("Whether the account is closed"),
    "groups": _("Groups of a person (memberOf)"),
    "group_name": _("Name of a group"),
    "members": _("Members of a group"),
}


def _choices(kind: Any, *first: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [*first, *((value, capfirst(str(label))) for value, label in kind.choices)]


class DirectoryForm(Refusable):
    """A server, an account that reads, where people are, what becomes of them."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"))
    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("ldaps://server:636, or ldap://server:389 with StartTLS"),
        widget=forms.TextInput(attrs={"placeholder": "ldaps://", "spellcheck": "false"}),
    )
    start_tls = forms.BooleanField(label=_("StartTLS"), required=False)
    ca_certificate = forms.CharField(
        label=_("Authority’s certificate"),
        required=False,
        max_length=60_000,
        help_text=_("In PEM, where the machine does not know the authority."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    bind_dn = forms.CharField(
        label=_("Reading account"),
        required=False,
        max_length=500,
        help_text=_("Its distinguished name; it needs to read, and nothing else."),
    )
    bind_password = forms.CharField(
        label=_("Its password"),
        required=False,
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted. Empty: the one that is kept stays."),
    )
    base = forms.CharField(
        label=_("Base of people"),
        max_length=500,
        widget=forms.TextInput(attrs={"placeholder": "ou=people,dc=example,dc=org"}),
    )
    group_base = forms.CharField(
        label=_("Base of groups"),
        required=False,
        max_length=500,
        help_text=_("Empty: the same."),
    )
    people_filter = forms.CharField(
        label=_("Filter for people"),
        required=False,
        max_length=1000,
        help_text=_("Empty: the usual one of the kind."),
    )
    group_filter = forms.CharField(
        label=_("Filter for groups"),
        required=False,
        max_length=1000,
        help_text=_("Empty: the usual one of the kind."),
    )
    is_subtree = forms.BooleanField(
        label=_("With everything below the base"), required=False, initial=True
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    page_size = forms.IntegerField(
        label=_("Entries a page"),
        min_value=0,
        max_value=5000,
        initial=500,
        help_text=_("0: all at once."),
    )
    most_people = forms.IntegerField(
        label=_("Most people"), min_value=1, max_value=200_000, initial=20_000
    )
    timeout_seconds = forms.IntegerField(
        label=_("Seconds to wait"), min_value=1, max_value=60, initial=10
    )
    ceiling_percent = forms.IntegerField(
        label=_("Ceiling (%)"),
        min_value=0,
        max_value=100,
        initial=10,
        help_text=_("Above this share of its people, suspending is confirmed by hand."),
    )
    schedule = forms.ChoiceField(label=_("Synchronised"))
    every_minutes = forms.IntegerField(
        label=_("Minutes between two"), min_value=5, max_value=10_080, initial=60
    )
    opens_accounts = forms.BooleanField(
        label=_("Its people may sign in"), required=False, initial=True
    )
    signs_in = forms.BooleanField(
        label=_("With their password of the directory"), required=False, initial=True
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, actor: Actor, row: Directory | None, data: Any = None) -> None:
        initial: dict[str, Any] = {"organisation": actor.scope.organisation_id}
        if row is not None:
            initial = {name: getattr(row, name) for name in FIELDS} | {"version": row.version}
            initial["organisation"] = row.organisation_id
        kind = (data or {}).get("kind") or (row.kind if row else DirectoryKind.OPENLDAP)
        kind = kind if kind in DirectoryKind.values else DirectoryKind.OPENLDAP
        usual = attributes_of(kind, row.attributes if row and row.kind == kind else {})
        # Another kind was chosen: what the form showed of the one before was nobody's choice.
        self._shown = attributes_of(row.kind, {}) if row and row.kind != kind else None
        super().__init__(data, initial=initial)
        reach = actor.scope.organisations("directory.manage")
        rows = visibility.visible(Organisation, actor).filter(is_active=True)
        self.fields["organisation"] = RelationField(
            rows if reach is None else rows.filter(pk__in=reach),
            label=_("Organisation"),
            help_text=_("Where its people enter."),
        )
        self._choose("kind", _choices(DirectoryKind))
        self._choose("schedule", _choices(DirectorySchedule))
        self._choose("language", _choices(Language, ("", _("That of the organisation"))))
        for name, label in ATTRIBUTES.items():
            self.fields[f"attribute_{name}"] = forms.CharField(
                label=label,
                required=False,
                max_length=120,
                initial=getattr(usual, name) if row is not None else "",
            )

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 — declared above
        field.choices = choices

    def attributes(self) -> list[Any]:
        """Give the fields of the attributes, to be drawn together."""
        return [self[f"attribute_{name}"] for name in NAMES]

    def values(self) -> dict[str, Any]:
        """Give what was sent, for the service."""
        found = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        found["bind_password"] = self.cleaned_data["bind_password"]
        # An empty one is the usual one of the kind; «-» says that the directory has none.
        given = {name: self.cleaned_data[f"attribute_{name}"].strip() for name in NAMES}
        found["attributes"] = {
            name: "" if text == "-" else text
            for name, text in given.items()
            if text and not (self._shown and text == getattr(self._shown, name))
        }
        return found


class RuleForm(Refusable):
    """A group of the directory and what being in it gives."""

    group = forms.CharField(
        label=_("Group"),
        max_length=500,
        help_text=_("Its name, or its distinguished name."),
    )

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data, prefix="rule")
        teams = visibility.visible(Team, actor).filter(is_active=True)
        self.fields["team"] = RelationField(teams, label=_("Team"), required=False)
        self.fields["role"] = RelationField(
            visibility.visible(Role, actor), label=_("Or role"), required=False
        )
        reach = actor.scope.organisations("role.manage")
        rows = visibility.visible(Organisation, actor).filter(is_active=True)
        self.fields["organisation"] = RelationField(
            rows if reach is None else rows.filter(pk__in=reach),
            label=_("On which organisation"),
            required=False,
        )
