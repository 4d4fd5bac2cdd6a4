"""How django-allauth fits Compagnon: accounts are given, not taken, and hang on a person."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any, cast

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from compagnon.people import provider_leaving, rules, secrets_at_rest
from compagnon.people.models import Account
from compagnon.people.provider_adapter import door
from compagnon.people.provider_words import REASONS
from compagnon.people.queries import may_enter
from compagnon.people.queries_providers import may_end_there
from compagnon.people.services import identities, ways
from compagnon.people.tasks import send_notice, send_password_link

log = structlog.get_logger(__name__)

APP = "allauth.account"
EVERYWHERE = "login_failed_everywhere"
EVERYWHERE_RATES = {EVERYWHERE: "60/h/key"}
"""Wrong passwords for one account from all addresses together, but those from which its owner has
entered: slow enough that it is no use to guess, and to shut somebody out of nowhere they work."""

# What allauth tells the owner of an account about, and our words for it; nothing else is sent.
NOTICES = {
    "account/email/password_changed": "password_changed",
    "account/email/password_set": "password_changed",
    "account/email/password_reset": "password_changed",
    "mfa/email/totp_activated": "second_factor_on",
    "mfa/email/totp_deactivated": "second_factor_off",
    "mfa/email/recovery_codes_generated": "recovery_codes",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves; mail leaves by our tasks, in the person's language."""

    # The words of our own pages, where allauth says «e-mail» in French.
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("The address or the password is not right."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "incorrect_code": gettext_lazy("This code is not right."),
        "too_many_login_attempts": gettext_lazy(
            "Too many tries: wait some minutes, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by whoever manages them."""
        return False

    def pre_login(
        self, request: HttpRequest, user: Account, **_details: Any
    ) -> HttpResponse | None:
        """Let nobody in whose account, record or organisation is closed."""
        if not may_enter(user):
            return cast("HttpResponse", self.respond_user_inactive(request, user))
        return None

    def send_password_reset_mail(self, user: Account, email: str, context: dict[str, Any]) -> None:
        """Have the link sent by a worker: the answer takes no longer for a known address."""
        send_password_link.enqueue(user.pk, reason="reset")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner that what they sign in with changed."""
        if notice := NOTICES.get(template_prefix):
            send_notice.enqueue(user.pk, notice=notice)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send none of allauth's own messages.

        Raises:
            PermissionDenied: a part of allauth that we do not use was reached.
        """
        raise PermissionDenied(template_prefix)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        """Check a password; one that is right serves only where the account may use it.

        Raises:
            ValidationError: there were too many tries, or the account signs in by a provider alone.
        """
        found: Account | None = super().authenticate(request, **credentials)
        # Said only to who knows the password: it tells nobody else that the account exists.
        if found is not None and (provider := ways.password_forbidden(found)) is not None:
            identities.note_refusal(
                actor=door(request), provider=provider, reason="password", account=found
            )
            told = REASONS["password"] % {"provider": provider.name}
            raise ValidationError(told, code="password_forbidden")
        return found

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Lead whoever came by a provider to where they can sign out of it too."""
        if request.user.is_authenticated:
            for record in get_authentication_records(request, request.user):
                if record.get("method") == "socialaccount" and may_end_there(record["provider"]):
                    return provider_leaving.address(request, record["provider"])
        return cast("str", super().get_logout_redirect_url(request))

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Check the password again before a grave change, counted as at sign-in.

        Whoever came by a provider proves by it that they are still there, if they have one.
        """
        found = super().authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Say so where a directory did not answer: the password may have been right.

        Said of any account alike, and counted as any other try.

        Raises:
            ValidationError: it did not.
        """
        super().authentication_failed(request, **credentials)
        if getattr(request, "directory_is_away", False):
            raise ValidationError(
                gettext(
                    "The directory does not answer just now: whoever signs in with its password "
                    "cannot enter. Others can: check the address and the password."
                ),
                code="directory_away",
            )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try, before the password is looked at: by address and account, then by account.

        Raises:
            ValidationError: there were too many.
        """
        super().pre_authenticate(request, **credentials)
        account = _account_key(credentials)
        if self._has_entered_from_here(request, account):
            # Wrong passwords from elsewhere shut nobody out of where they work.
            return
        self._everywhere = ratelimit.consume(
            request, app=APP, action=EVERYWHERE, config=EVERYWHERE_RATES, key=account
        )
        if not self._everywhere:
            self._rollback_login_failed_rl_usage()
            raise self.validation_error("too_many_login_attempts")

    def _has_entered_from_here(self, request: HttpRequest, account: str) -> bool:
        here = self.get_client_ip(request)
        rows = UserSession.objects.filter(user__email__iexact=account, ip=here)
        return bool(rows.exists())

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if usage := getattr(self, "_everywhere", None):
            usage.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(
            request,
            app=APP,
            action=EVERYWHERE,
            config=EVERYWHERE_RATES,
            key=_account_key(credentials),
        )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth puts the request's host into the key: each other name of the server would give
        # five more tries. By who asks, so that a stranger's tries do not shut the owner out.
        return f"{_account_key(credentials)}|{ratelimit.get_ip(request)}"


def _account_key(credentials: Mapping[str, Any]) -> str:
    # Folded, since the look-up of the address ignores case its own way.
    return rules.fold(str(credentials.get("email", "")).strip())


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts what must be kept of a second factor; names passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right."),
    }

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:  # noqa: A002
        """Give the name that a new passkey has unless its owner writes another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Give the name of the site for which passkeys serve: of the page."""
        found: dict[str, str] = super().get_public_key_credential_rp_entity()
        return found | {"name": "Compagnon"}

    def encrypt(self, text: str) -> str:
        """Give the secret as it is kept in the database."""
        return secrets_at_rest.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Give the secret back; one that matches nothing if the key that it was kept under is lost.

        Each code is then wrong, and whoever manages accounts resets the second factor.
        """
        try:
            return secrets_at_rest.decrypt(encrypted_text)
        except secrets_at_rest.Unreadable as error:
            log.warning("people.second_factor_unreadable", reason=str(error))
            return base64.b32encode(secrets.token_bytes(20)).decode("ascii")
