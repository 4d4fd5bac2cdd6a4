"""Who else may say that somebody is who they are: OpenID Connect and SAML providers."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.people.models.organisations import Organisation
from compagnon.people.models.roles import Role

METADATA_MAX = 200_000


class ProviderKind(models.TextChoices):
    """The protocol that a provider speaks."""

    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class Arrival(models.TextChoices):
    """Whom a provider lets in for the first time."""

    ACCOUNT = "account", _("only people who have an account")
    PERSON = "person", _("people who are known too: their account is opened")
    ANYONE = "anyone", _("anybody: who is not known becomes a person")


class AddressTrust(models.TextChoices):
    """When the mail address that a provider gives is believed."""

    CLAIM = "claim", _("when the provider says that it verified it")
    ALWAYS = "always", _("always: the provider owns the mailboxes")
    NEVER = "never", _("never: people link it themselves")


class IdentityProvider(models.Model):
    """A provider that signs in the people of one organisation and of those below it.

    ``secret`` is sealed (``core.sealing``). ``mapping`` names the provider's claims or attributes
    by what they are to us: ``first_name``, ``last_name``, ``address``, ``verified``, ``subject``.
    ``found`` is what its discovery document or metadata said at ``checked_at``; nobody signs in
    before it is there. What ties a person to it is allauth's ``SocialAccount``, under ``code``.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("It signs in its people, and those of the organisations below it; no others."),
    )
    entry = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("new people enter"),
        help_text=_("The organisation itself unless you choose one below it."),
    )
    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*\Z", _("Small letters, digits, hyphens."))],
        help_text=_("Stands in the addresses that the provider is given; never changed."),
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("What the button of the sign-in page says.")
    )
    kind = models.CharField(_("protocol"), max_length=4, choices=ProviderKind)
    address = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        help_text=_("Of the issuer (OpenID Connect), or of the metadata (SAML)."),
    )
    metadata = models.TextField(
        _("metadata"),
        blank=True,
        max_length=METADATA_MAX,
        help_text=_("SAML only, in place of the address: the XML that the provider gives."),
    )
    client_id = models.CharField(_("client identifier"), max_length=191, blank=True)
    secret = models.TextField(blank=True, editable=False)
    scopes = models.CharField(
        _("scopes"), max_length=200, default="openid profile email", blank=True
    )
    mapping = models.JSONField(_("claims"), default=dict, blank=True)
    arrival = models.CharField(
        _("lets in for the first time"), max_length=8, choices=Arrival, default=Arrival.ACCOUNT
    )
    address_trust = models.CharField(
        _("its addresses are believed"),
        max_length=8,
        choices=AddressTrust,
        default=AddressTrust.CLAIM,
    )
    domains = models.JSONField(_("mail domains"), default=list, blank=True)
    role = models.ForeignKey(
        Role,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("role of new people"),
    )
    links_administrators = models.BooleanField(
        _("also links, by address, people who manage accounts or roles"), default=False
    )
    forbids_password = models.BooleanField(
        _("its people sign in by it alone, not with a password here"), default=False
    )
    ends_there = models.BooleanField(_("offers to sign out there too"), default=True)
    is_active = models.BooleanField(_("active"), default=False)
    found = models.JSONField(default=dict, blank=True, editable=False)
    checked_at = models.DateTimeField(_("tried"), null=True, editable=False)
    check_error = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["oidc", "saml"]), name="identity_provider_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def enters(self) -> Organisation:
        """Where new people enter."""
        return self.entry or self.organisation
