"""Accounts that sign in, and tokens for programs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.people.models.persons import Person


class AccountManager(BaseUserManager["Account"]):
    """What Django's authentication asks of a user model's manager."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find an account by its sign-in address, whatever the case."""
        return self.get(email=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """The right of a person to sign in with a mail address and a password.

    What the person may do comes from roles (``RoleAssignment``), never from the account.
    """

    person = models.OneToOneField(
        Person, models.CASCADE, related_name="account", verbose_name=_("person")
    )
    email = models.EmailField(_("sign-in address"), unique=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Keep sign-in addresses in lower case."""
        super().clean()
        self.email = self.email.strip().lower()

    # Parts of Django's admin and of allauth ask these; roles answer everything else.
    is_staff = False
    is_superuser = False

    def has_perm(self, _perm: str, _obj: Any = None) -> bool:
        """Django's own permissions are not used."""
        return False

    def has_module_perms(self, _app_label: str) -> bool:
        """Django's own permissions are not used."""
        return False

    def get_full_name(self) -> str:
        """The person's name."""
        return str(self.person)

    def get_short_name(self) -> str:
        """The person's first name."""
        return self.person.first_name or str(self.person)


class ApiToken(models.Model):
    """A program's key. Only its hash is kept; it can do no more than its verbs and its owner."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="tokens", verbose_name=_("account")
    )
    name = models.CharField(_("used by"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    verbs = models.JSONField(
        _("verbs"), default=list, blank=True, help_text=_("Empty: everything its owner may do.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= timezone.now()
