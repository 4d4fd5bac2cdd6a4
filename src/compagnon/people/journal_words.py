"""How the journal tells what happens to identity providers, and how people sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Change, Subject
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.people.models import Account, IdentityProvider
from compagnon.people.provider_words import REASONS
from compagnon.people.queries_providers import names_of
from compagnon.people.queries_sign_in import by_words

journal_words.words(
    {
        "identity_provider.create": (_("added an identity provider"), "plus"),
        "identity_provider.change": (_("changed an identity provider"), "pencil"),
        "identity_provider.activate": (_("put an identity provider in use"), "player-play"),
        "identity_provider.deactivate": (_("put an identity provider out of use"), "player-pause"),
        "identity_provider.remove": (_("deleted an identity provider"), "trash"),
        "identity_provider.check_provider": (_("tried an identity provider"), "send"),
        "identity_provider.refuse_sign_in": (
            _("refused somebody who came from a provider"), "lock",
        ),
    }
)  # fmt: skip


@journal_words.subjects(IdentityProvider)
def providers(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name identity providers."""
    rows = visible(IdentityProvider, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.name, reverse("people:provider", args=[row.pk])) for row in rows}


@journal_words.changes(IdentityProvider)
def refusals(entries: Sequence[Entry]) -> Mapping[int, list[Change]]:
    """Say why somebody was not let in; what else was done to a provider is told plainly."""
    told = {}
    for entry in entries:
        reason = str(entry.after.get("reason", ""))
        if reason in REASONS:
            words = str(REASONS[reason]).replace("%(provider)s", "…")
            told[entry.pk] = [Change(_("What they were told"), "", words)]
        else:
            told[entry.pk] = _plainly(entry)
    return told


@journal_words.subjects(Account)
def accounts(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name accounts by their person."""
    rows = visible(Account, actor).filter(pk__in=keys).select_related("person")
    return {
        row.pk: Subject(str(row.person), reverse("people:person_detail", args=[row.person_id]))
        for row in rows
    }


@journal_words.changes(Account)
def ways(entries: Sequence[Entry]) -> Mapping[int, list[Change]]:
    """Say by what somebody signed in; what else was done to an account is told plainly."""
    names = names_of(str(one.after["provider"]) for one in entries if "provider" in one.after)
    told = {}
    for entry in entries:
        if "by" in entry.after:
            told[entry.pk] = [Change(_("By"), "", by_words(entry.after, names))]
        else:
            told[entry.pk] = _plainly(entry)
    return told


# What entries hold beside the fields of a table.
LABELS = {
    "type": _("Second factor"),
    "passkey": _("Passkey"),
    "alone": _("Opens the account alone"),
    "sessions": _("Open sessions"),
    "provider": pgettext_lazy("sign-in", "Provider"),
    "answers": _("Answers"),
    "unlinked": _("People unlinked"),
    "account": _("account"),
}
FACTORS = {"totp": _("Authenticator app"), "recovery_codes": _("Recovery codes")}


def _plainly(entry: Entry) -> list[Change]:
    """Tell the fields by their names, and what we know beside them in words."""
    told = []
    keys = dict.fromkeys([*entry.before, *entry.after])
    for key, change in zip(keys, journal_words.plainly(entry), strict=True):
        pair = [
            str(_("yes") if value else _("no")) if isinstance(value, bool)
            else str(FACTORS[value]) if key == "type" and value in FACTORS
            else said
            for value, said in (
                (entry.before.get(key), change.before), (entry.after.get(key), change.after),
            )
        ]  # fmt: skip
        told.append(Change(LABELS.get(key, change.label), *pair))
    return told
