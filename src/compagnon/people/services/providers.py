"""The providers by which people sign in: keeping them, trying them, putting them in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from allauth.socialaccount.models import SocialAccount
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core import guarded_http, journal, sealing
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Refused
from compagnon.core.services import service
from compagnon.people import policies, provider_discovery, provider_keys, rules
from compagnon.people.errors import Escalation
from compagnon.people.models import IdentityProvider, Organisation, ProviderKind, Role
from compagnon.people.services import rows
from compagnon.people.services.identities import POWERS
from compagnon.people.standard_roles import ADMINISTRATOR

VERB = "identity_provider.manage"
MOST, MOST_DOMAINS, SECRET_MAX, CLAIM_MAX = 50, 50, 500, 200
CLAIMS = ("first_name", "last_name", "address", "verified", "subject")
RESERVED = {kind.value for kind in ProviderKind}
# What makes it another provider: who is whom there was said by the one before.
IDENTITY = {"kind", "address", "metadata", "client_id"}


class ProviderChanges(TypedDict, total=False):
    """What may be said of a provider; a key that is absent stays as it is."""

    name: str
    entry: Organisation | None
    address: str
    metadata: str
    client_id: str
    secret: str
    scopes: str
    mapping: Mapping[str, str]
    arrival: str
    address_trust: str
    domains: Iterable[str]
    role: Role | None
    links_administrators: bool
    forbids_password: bool
    ends_there: bool


@service(VERB)
def create(
    *, actor: Actor, organisation: Organisation, code: str, kind: str, values: ProviderChanges
) -> IdentityProvider:
    """Add a provider for the people of an organisation; it is not in use until it is activated.

    Raises:
        Refused: the actor does not keep the organisation's ways to sign in.
        Escalation: the role of new people, or whom it links, is more than the actor holds.
        Invalid: a value is not valid, by field.
        Conflict: there are too many, or the code is taken.
    """
    policies.check(actor, VERB, organisation.pk)
    if IdentityProvider.objects.count() >= MOST:
        raise Conflict(_("There are %(most)s providers already.") % {"most": MOST})
    if code in RESERVED:
        raise rows.wrong("code", _("This word is taken by the program: choose another."))
    row = IdentityProvider(organisation=organisation, code=code, kind=kind)
    rows.revise(row, _read(row, values), allowed=_columns())
    _check(actor, row)
    if row.kind == ProviderKind.SAML:
        row.secret = provider_keys.made(row.code)
    rows.keep(row)
    journal.record(
        actor=actor,
        verb="identity_provider.create",
        subject=row,
        after={"code": row.code, "kind": row.kind, "address": row.address},
    )
    return row


@service(VERB)
def change(
    *,
    actor: Actor,
    provider: IdentityProvider,
    changes: ProviderChanges,
    expected_version: int | None = None,
) -> IdentityProvider:
    """Change a provider. With another address or client it is another one: it must be tried and
    activated again, and those who were linked to the one before are not linked to it.

    Raises:
        Refused, Escalation, Invalid: as :func:`create`.
        Stale: it has another version than expected.
    """
    row = _locked(actor, provider, expected_version)
    revision = rows.revise(row, _read(row, changes), allowed=_columns(), personal={"secret"})
    if not revision.names:
        return row
    _check(actor, row)
    after = dict(revision.after)
    names = list(revision.names)
    if IDENTITY & set(revision.names):
        row.found, row.checked_at, row.check_error, row.is_active = {}, None, "", False
        names += ["found", "checked_at", "check_error", "is_active"]
        after["unlinked"] = SocialAccount.objects.filter(provider=row.code).delete()[0]
    rows.keep(row, fields=names)
    journal.record(
        actor=actor,
        verb="identity_provider.change",
        subject=row,
        before={key: one for key, one in revision.before.items() if key != "metadata"},
        after={key: one for key, one in after.items() if key != "metadata"},
    )
    return row


@service(VERB)
def activate(*, actor: Actor, provider: IdentityProvider) -> IdentityProvider:
    """Put a provider in use: the sign-in page shows its button.

    Raises:
        Refused, Escalation: as :func:`create`.
        Conflict: it was not tried, or did not answer.
    """
    row = _locked(actor, provider)
    _check(actor, row)
    if not row.found:
        raise Conflict(_("Try it first: nothing is known of it yet."), code="not-tried")
    return _set_active(actor, row, active=True)


@service(VERB)
def deactivate(*, actor: Actor, provider: IdentityProvider) -> IdentityProvider:
    """Put a provider out of use: nobody signs in by it, and passwords serve again.

    Raises:
        Refused: as :func:`create`.
    """
    return _set_active(actor, _locked(actor, provider), active=False)


@service(VERB)
def remove(*, actor: Actor, provider: IdentityProvider) -> int:
    """Delete a provider, and unlink those who signed in by it; gives how many.

    Raises:
        Refused: as :func:`create`.
    """
    row = _locked(actor, provider)
    unlinked: int = SocialAccount.objects.filter(provider=row.code).delete()[0]
    journal.record(
        actor=actor,
        verb="identity_provider.remove",
        subject=row,
        before={"code": row.code, "kind": row.kind, "unlinked": unlinked},
    )
    try:
        row.delete()
    except ProtectedError:
        raise Conflict(_("Something still refers to it.")) from None
    return unlinked


def check(*, actor: Actor, provider: IdentityProvider) -> IdentityProvider:
    """Ask the provider what it says of itself, and keep the answer. Calls the network first, so
    that no transaction waits for it.

    Raises:
        Refused: as :func:`create`.
        Undiscovered: it could not be read; this is kept too.
    """
    policies.check(actor, VERB, provider.organisation_id)
    try:
        found = provider_discovery.discover(provider)
    except provider_discovery.Undiscovered as error:
        note_check(actor=actor, provider=provider, found={}, error=str(error))
        raise
    return note_check(actor=actor, provider=provider, found=found, error="")


@service(VERB)
def note_check(
    *, actor: Actor, provider: IdentityProvider, found: dict[str, Any], error: str
) -> IdentityProvider:
    """Keep what a provider said of itself; after a failure, what it said before still serves.

    Raises:
        Refused: as :func:`create`.
        Conflict: it was changed while it was tried.
    """
    row = _locked(actor, provider)
    if (row.address, row.metadata, row.kind) != (
        provider.address,
        provider.metadata,
        provider.kind,
    ):
        raise Conflict(_("It was changed while it was tried: try again."))
    before = (row.found, row.check_error)
    # Of a server that garbles anything may be quoted: no database keeps a NUL.
    plain = "".join(sign if sign.isprintable() or sign.isspace() else " " for sign in error)
    row.checked_at, row.check_error = timezone.now(), plain[:300]
    row.found = found or row.found
    if row.kind == ProviderKind.SAML and provider_keys.pair_of(row) is None:
        # Kept by an earlier version, or under a key that is lost.
        row.secret = provider_keys.made(row.code)
    row.save(update_fields=["checked_at", "check_error", "found", "secret"])
    if not actor.is_system or before != (row.found, row.check_error):
        after = {"answers": not error}
        journal.record(
            actor=actor, verb="identity_provider.check_provider", subject=row, after=after
        )
    return row


def _locked(
    actor: Actor, provider: IdentityProvider, expected_version: int | None = None
) -> IdentityProvider:
    row = rows.lock(provider, expected_version=expected_version)
    policies.check(actor, VERB, row.organisation_id)
    return row


def _set_active(actor: Actor, row: IdentityProvider, *, active: bool) -> IdentityProvider:
    if row.is_active != active:
        row.is_active = active
        rows.keep(row, fields=["is_active"])
        journal.record(
            actor=actor,
            verb=f"identity_provider.{'activate' if active else 'deactivate'}",
            subject=row,
            before={"is_active": not active},
            after={"is_active": active},
        )
    return row


def _columns() -> set[str]:
    return {*ProviderChanges.__annotations__}


def _read(row: IdentityProvider, values: ProviderChanges) -> dict[str, Any]:
    """Give what was sent as it is kept: the secret sealed, lists and claims in their form."""
    read: dict[str, Any] = dict(values)
    if "secret" in read:
        secret = rows.clean_text("secret", str(read.pop("secret")))
        if row.kind == ProviderKind.SAML:
            # There it holds our own key, which nobody types.
            secret = ""
        if len(secret) > SECRET_MAX:
            raise rows.wrong("secret", _("At most %(most)s characters.") % {"most": SECRET_MAX})
        # An empty field leaves the secret as it is.
        if secret:
            read["secret"] = sealing.seal(secret, label=provider_keys.LABEL)
    if "domains" in read:
        read["domains"] = _domains(read["domains"])
    if "mapping" in read:
        read["mapping"] = _claims(read["mapping"])
    if "scopes" in read:
        words = str(read["scopes"]).split()
        read["scopes"] = " ".join(dict.fromkeys(["openid", *words]))
    if "address" in read:
        read["address"] = str(read["address"]).strip()
    return read


def _domains(given: Iterable[str]) -> list[str]:
    found = []
    for text in given:
        name = rules.normal_domain(str(text).removeprefix("@"))
        if name is None:
            message = _("«%(name)s» is no mail domain.") % {"name": str(text)[:80]}
            raise rows.wrong("domains", message)
        found.append(name)
    if len(found) > MOST_DOMAINS:
        raise rows.wrong("domains", _("At most %(most)s.") % {"most": MOST_DOMAINS})
    return sorted(set(found))


def _claims(given: Mapping[str, str]) -> dict[str, str]:
    if unknown := sorted(set(given) - set(CLAIMS)):
        message = _("There is nothing called «%(name)s» to fill.") % {"name": unknown[0][:80]}
        raise rows.wrong("mapping", message)
    found = {name: rows.clean_text("mapping", str(value)) for name, value in given.items()}
    if any(len(value) > CLAIM_MAX for value in found.values()):
        raise rows.wrong("mapping", _("At most %(most)s characters.") % {"most": CLAIM_MAX})
    return {name: value for name, value in found.items() if value}


def _check(actor: Actor, row: IdentityProvider) -> None:
    """Check what its fields say together."""
    if row.entry is not None and not rules.is_within(row.entry.path, row.organisation.path):
        raise rows.wrong("entry", _("Choose an organisation below the provider’s own."))
    if row.kind == ProviderKind.OIDC:
        row.metadata = ""
        if not row.client_id:
            raise rows.wrong("client_id", _("The provider gives it when you register this site."))
    if not row.address and not row.metadata:
        raise rows.wrong("address", _("Give the address where the provider describes itself."))
    if row.address:
        try:
            guarded_http.check(row.address)
        except guarded_http.NotAllowed as error:
            raise rows.wrong("address", provider_discovery.not_allowed(error.reason)) from None
    if row.forbids_password and not row.domains:
        message = _("Say of which mail domains: the others keep their password.")
        raise rows.wrong("domains", message)
    _check_gives(actor, row)


def _check_gives(actor: Actor, row: IdentityProvider) -> None:
    """Refuse a provider that gives, or lets in, more than the actor holds."""
    if row.role is not None:
        if row.role.code == ADMINISTRATOR:
            raise rows.wrong("role", _("Nobody becomes an administrator by signing in."))
        if POWERS & set(row.role.verbs):
            raise rows.wrong("role", _("This role manages others: it is given by hand."))
        policies.check(actor, "role.manage", row.enters.pk)
        if not policies.holds_all(actor, row.role.verbs, row.enters.pk):
            raise Escalation(_("This role holds rights that you do not hold on this organisation."))
    # Whoever keeps a provider says who people are: that is as much as managing their accounts.
    policies.check(actor, "account.manage", row.organisation_id)
    if row.links_administrators and not _is_administrator(actor):
        raise Refused(_("Only an administrator lets administrators be linked by their address."))


def _is_administrator(actor: Actor) -> bool:
    return actor.scope.unlimited or actor.scope.allows("role.manage", None)
