"""Identity providers by API, and who is linked to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes
from compagnon.core.api.etag import expected_version
from compagnon.core.visibility import get_visible, visible
from compagnon.people.api.accounts import found as account_found
from compagnon.people.api.choosing import chosen
from compagnon.people.api.me import account_of
from compagnon.people.models import IdentityProvider, Organisation, ProviderKind, Role
from compagnon.people.models.providers import METADATA_MAX
from compagnon.people.services import identities, providers, sessions
from compagnon.people.services.providers import ProviderChanges

router = Routes(tag="identity providers")

Name = Annotated[str, Field(min_length=1, max_length=80, examples=["Microsoft Entra"])]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["entra"])]
Address = Annotated[str, Field(max_length=500, examples=["https://login.example.com/tenant"])]
Claim = Annotated[str, Field(max_length=200)]
ClaimName = Literal["first_name", "last_name", "address", "verified", "subject"]
Kind = Literal["oidc", "saml"]
ArrivalName = Literal["account", "person", "anyone"]
Trust = Literal["claim", "always", "never"]
Domain = Annotated[str, Field(max_length=253, examples=["client.example"])]


class IdentityProviderOut(Schema):
    """A provider by which people sign in, without its secret."""

    id: int
    organisation_id: int = Field(description="Its people, and those below it, sign in by it.")
    entry_id: int | None = Field(description="Where new people enter, if not there.")
    code: str
    name: str
    kind: Kind
    address: str
    client_id: str
    has_secret: bool
    scopes: str
    mapping: dict[str, str] = Field(description="What its claims or attributes are called.")
    arrival: ArrivalName
    address_trust: Trust
    domains: list[str] = Field(description="Empty: it vouches for addresses of all.")
    role_id: int | None
    links_administrators: bool
    forbids_password: bool
    ends_there: bool
    is_active: bool
    checked_at: datetime | None
    check_error: str
    version: int

    @staticmethod
    def resolve_has_secret(row: IdentityProvider) -> bool:
        """Tell whether a secret is kept."""
        return bool(row.secret) and row.kind == ProviderKind.OIDC


class _Terms(Body):
    address: Address | None = None
    metadata: Annotated[str, Field(max_length=METADATA_MAX)] | None = None
    client_id: Annotated[str, Field(max_length=191)] | None = None
    secret: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Kept encrypted; never given back. Empty leaves it as it is."
    )
    scopes: Annotated[str, Field(max_length=200)] | None = None
    mapping: dict[ClaimName, Claim] | None = None
    arrival: ArrivalName | None = None
    entry_id: Id | None = None
    role_id: Id | None = None
    address_trust: Trust | None = None
    domains: Annotated[list[Domain], Field(max_length=50)] | None = None
    links_administrators: bool | None = None
    forbids_password: bool | None = None
    ends_there: bool | None = None


class IdentityProviderIn(_Terms):
    """A provider to add. It is not in use before it is checked and activated."""

    organisation_id: Id
    code: Code
    kind: Kind
    name: Name


class IdentityProviderChangeIn(_Terms):
    """What changes; what is absent stays. Another address makes it another provider."""

    name: Name | None = None


class IdentityProviderQuery(ListQuery):
    """Which providers, in which order."""

    kind: Kind | None = None
    is_active: bool | None = None
    ordering: Literal["name", "-name", "created_at", "-created_at"] = "name"


class IdentityOut(Schema):
    """Who somebody is at a provider."""

    id: int
    provider: str = Field(description="Its code.")
    subject: str = Field(alias="uid", description="The provider's own key of the person.")
    linked_at: datetime = Field(alias="date_joined")
    last_used_at: datetime = Field(alias="last_login")


class IdentityQuery(ListQuery):
    """Which identities, in which order."""

    provider: Annotated[str, Field(max_length=40)] | None = None
    ordering: Literal["id", "-id"] = "id"


def found(actor: Actor, provider_id: int) -> IdentityProvider:
    """Give a provider that the actor keeps."""
    rows = IdentityProvider.objects.select_related("organisation", "entry", "role")
    return get_visible(IdentityProvider, actor, rows, pk=provider_id)


def _values(actor: Actor, body: _Terms) -> ProviderChanges:
    sent: dict[str, Any] = body.model_dump(exclude_unset=True)
    for name in ("organisation_id", "code", "kind"):
        sent.pop(name, None)
    named: dict[str, Any] = {}
    for model, field in ((Organisation, "entry_id"), (Role, "role_id")):
        if field in sent:
            key = sent.pop(field)
            named[field.removesuffix("_id")] = chosen(model, actor, key, field) if key else None
    given = {name: value for name, value in sent.items() if value is not None}
    return cast("ProviderChanges", given | named)


@router.index("/identity-providers", IdentityProviderOut)
def list_identity_providers(
    request: ApiRequest, query: Query[IdentityProviderQuery]
) -> QuerySet[IdentityProvider]:
    """List the providers by which people sign in, that you keep."""
    return visible(IdentityProvider, request.actor)


@router.create(
    "/identity-providers",
    IdentityProviderOut,
    location=lambda row: f"/identity-providers/{row.pk}",
)
def create_identity_provider(request: ApiRequest, body: IdentityProviderIn) -> IdentityProvider:
    """Add a provider, of OpenID Connect or SAML; check it, then activate it."""
    organisation = chosen(Organisation, request.actor, body.organisation_id, "organisation_id")
    return providers.create(
        actor=request.actor,
        organisation=organisation,
        code=body.code,
        kind=body.kind,
        values=_values(request.actor, body),
    )


@router.show("/identity-providers/{provider_id}", IdentityProviderOut)
def get_identity_provider(request: ApiRequest, provider_id: Id) -> IdentityProvider:
    """Read a provider."""
    return found(request.actor, provider_id)


@router.change("/identity-providers/{provider_id}", IdentityProviderOut)
def change_identity_provider(
    request: ApiRequest, provider_id: Id, body: IdentityProviderChangeIn
) -> IdentityProvider:
    """Change a provider. Another address or client unlinks those who signed in by it."""
    row = found(request.actor, provider_id)
    return providers.change(
        actor=request.actor,
        provider=row,
        changes=_values(request.actor, body),
        expected_version=expected_version(request, row),
    )


@router.remove("/identity-providers/{provider_id}")
def remove_identity_provider(request: ApiRequest, provider_id: Id) -> None:
    """Delete a provider, and unlink those who signed in by it."""
    row = found(request.actor, provider_id)
    expected_version(request, row)
    providers.remove(actor=request.actor, provider=row)


@router.act("/identity-providers/{provider_id}/check", IdentityProviderOut)
def check_identity_provider(request: ApiRequest, provider_id: Id) -> IdentityProvider:
    """Have the provider asked what it says of itself: discovery document or metadata."""
    return providers.check(actor=request.actor, provider=found(request.actor, provider_id))


@router.act("/identity-providers/{provider_id}/activate", IdentityProviderOut)
def activate_identity_provider(request: ApiRequest, provider_id: Id) -> IdentityProvider:
    """Put a provider in use: the sign-in page shows it."""
    return providers.activate(actor=request.actor, provider=found(request.actor, provider_id))


@router.act("/identity-providers/{provider_id}/deactivate", IdentityProviderOut)
def deactivate_identity_provider(request: ApiRequest, provider_id: Id) -> IdentityProvider:
    """Put a provider out of use."""
    return providers.deactivate(actor=request.actor, provider=found(request.actor, provider_id))


@router.index("/me/identities", IdentityOut)
def list_my_identities(request: ApiRequest, query: Query[IdentityQuery]) -> QuerySet[SocialAccount]:
    """List who you are at the providers by which you sign in."""
    account = account_of(request.actor)
    return SocialAccount.objects.filter(user=account)  # type: ignore[no-any-return]


@router.remove("/me/identities/{identity_id}")
def unlink_my_identity(request: ApiRequest, identity_id: Id) -> None:
    """Sign in by one of them no more."""
    account = account_of(request.actor)
    identities.unlink(actor=request.actor, account=account, identity_id=identity_id)


@router.index("/accounts/{account_id}/identities", IdentityOut)
def list_account_identities(
    request: ApiRequest, account_id: Id, query: Query[IdentityQuery]
) -> QuerySet[SocialAccount]:
    """List who the person of an account is at providers."""
    account = account_found(request.actor, account_id)
    sessions.check(request.actor, account)
    return SocialAccount.objects.filter(user=account)  # type: ignore[no-any-return]


@router.remove("/accounts/{account_id}/identities/{identity_id}")
def unlink_account_identity(request: ApiRequest, account_id: Id, identity_id: Id) -> None:
    """Unlink an account from a provider."""
    account = account_found(request.actor, account_id)
    identities.unlink(actor=request.actor, account=account, identity_id=identity_id)
