"""An identity provider of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from compagnon.people.models import IdentityProvider

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a provider that is not in use, and an identity of its person."""
    number = IdentityProvider.objects.count()
    provider = IdentityProvider.objects.create(
        organisation=side.organisation, code=f"{side.mark.lower()}-{number}", kind="oidc",
        name=f"Connexion {mark}", address=f"https://{side.mark.lower()}.example",
        client_id=mark, check_error=f"Rien de {mark}",
    )  # fmt: skip
    identity = SocialAccount.objects.create(
        user=side.account, provider=provider.code, uid=f"{mark} {number}"
    )
    passkey = Authenticator.objects.create(
        user=side.account, type="webauthn", data={"name": f"Clé {mark}", "credential": {}}
    )
    side.objects.update(identity_provider=provider, identity=identity, passkey=passkey)


def kept(name: str) -> Callable[[Any], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "people/providers/<pk>": kept("identity_provider"),
    "people/providers/<pk>/do/<action>": lambda _side: [
        "check",
        "activate",
        "deactivate",
        "remove",
    ],
    "people/me/identities/<pk>": kept("identity"),
    "people/accounts/<pk>/identities/<identity_id>": kept("identity"),
    "people/accounts/<pk>/sessions/<session_id>": kept("session"),
    "account/sessions/<pk>": kept("session"),
    "account/2fa/webauthn/keys/<pk>": kept("passkey"),
    "api/v1/me/passkeys/<passkey_id>": kept("passkey"),
    "api/v1/accounts/<account_id>/sessions/<session_id>": kept("session"),
    "api/v1/identity-providers/<provider_id>": kept("identity_provider"),
    "api/v1/me/identities/<identity_id>": kept("identity"),
    "api/v1/accounts/<account_id>/identities/<identity_id>": kept("identity"),
}
# Each page, and the operations that do what it does.
TWINS: Mapping[str, str] = {
    "people/providers/": "GET /identity-providers",
    "people/providers/add/": "POST /identity-providers",
    "people/providers/<pk>/": "GET /identity-providers/{provider_id}",
    "people/providers/<pk>/change/": "PATCH /identity-providers/{provider_id}",
    "people/providers/<pk>/do/<action>/":
        "POST /identity-providers/{provider_id}/check, "
        "POST /identity-providers/{provider_id}/activate, "
        "POST /identity-providers/{provider_id}/deactivate, "
        "DELETE /identity-providers/{provider_id}",
    "people/accounts/<pk>/identities/<identity_id>/unlink/":
        "DELETE /accounts/{account_id}/identities/{identity_id}",
    "people/accounts/<pk>/sessions/": "GET /accounts/{account_id}/sessions",
    "people/accounts/<pk>/sessions/<session_id>/end/":
        "DELETE /accounts/{account_id}/sessions/{session_id}",
    "people/me/identities/": "GET /me/identities, GET /accounts/{account_id}/identities",
    "people/me/identities/<pk>/unlink/":
        "DELETE /me/identities/{identity_id}, "
        "DELETE /accounts/{account_id}/identities/{identity_id}",
}  # fmt: skip
