"""What comes out: keys, attestations and the lists of those that were withdrawn."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core import append_only
from compagnon.core.models import StoredFile
from compagnon.people.models import Language, Organisation, Person
from compagnon.titles.proving.statement import Kind


class KeyPurpose(models.TextChoices):
    """What a key is for."""

    AUTHORITY = "authority", _("vouches for the two others")
    DOCUMENT = "document", _("signs PDF files")
    CREDENTIAL = "credential", _("signs credentials and lists of withdrawals")


class KeyState(models.TextChoices):
    """Whether a key signs new attestations."""

    ACTIVE = "active", pgettext_lazy("key", "in use")
    RETIRED = "retired", pgettext_lazy("key", "retired")


class SigningKey(models.Model):
    """A key of this installation with its certificate; one of each purpose is in use.

    A retired key is kept: what it signed is verified with its certificate, and a retired key of
    credentials still signs the lists of withdrawals of the attestations that it signed.
    """

    purpose = models.CharField(_("purpose"), max_length=10, choices=KeyPurpose)
    state = models.CharField(_("state"), max_length=7, choices=KeyState, default=KeyState.ACTIVE)
    name = models.CharField(_("name"), max_length=64)
    fingerprint = models.CharField(_("fingerprint (SHA-256)"), max_length=64, unique=True)
    did = models.CharField(max_length=100, blank=True)
    certificate = models.TextField(_("certificate"))
    # The private key, PKCS #8, sealed with a key drawn from the settings' secret.
    sealed = models.BinaryField()
    created_at = models.DateTimeField(_("made"))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=models.Q(state="active"),
                name="signing_key_one_in_use",
            ),
            models.CheckConstraint(
                condition=models.Q(state="active", retired_at__isnull=True)
                | models.Q(state="retired", retired_at__isnull=False),
                name="signing_key_retired_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.fingerprint[:12]}"


class StatusList(models.Model):
    """A list in which a bit tells that an attestation was withdrawn, as it is served, signed."""

    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="status_lists")
    url = models.URLField(max_length=300, blank=True)
    credential = models.JSONField(null=True)
    signed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("status list")
        verbose_name_plural = _("status lists")

    def __str__(self) -> str:
        return self.url or str(self.pk)


class AttestationKind(models.TextChoices):
    """What was gained, as :class:`~compagnon.titles.proving.statement.Kind`."""

    TITLE = Kind.TITLE.value, _("whole title")
    CCP = Kind.CCP.value, _("certificate of professional competences (CCP)")
    CCS = Kind.CCS.value, _("complementary certificate (CCS)")


class Attestation(models.Model):
    """A fact that a centre attests, as it was printed and signed.

    Nothing of it changes: the database refuses (:data:`PROTECTION`), and its file is named by its
    digest. It can be withdrawn, once; and forget which person of the register it is about.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="attestations", verbose_name=_("centre")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("number in the year"))
    reference = models.CharField(_("number"), max_length=30, unique=True)
    token = models.CharField(max_length=43, unique=True)
    kind = models.CharField(_("what was gained"), max_length=5, choices=AttestationKind)
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="attestations",
        verbose_name=_("holder"),
    )
    holder = models.CharField(_("name as printed"), max_length=150)
    title_code = models.CharField(_("code of the title"), max_length=20)
    title_name = models.CharField(_("title"), max_length=200)
    element_code = models.CharField(_("code of the certificate"), max_length=20, blank=True)
    element_name = models.CharField(_("certificate"), max_length=300, blank=True)
    fact = models.JSONField()
    decided_on = models.DateField(_("decision of"))
    decision = models.CharField(_("decision"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    issued_at = models.DateTimeField(_("issued"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="attestations")
    credential = models.JSONField()
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="attestations")
    status_list = models.ForeignKey(StatusList, models.PROTECT, related_name="attestations")
    status_index = models.PositiveIntegerField()
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), null=True, blank=True)  # noqa: DJ001 - set once, from NULL

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "sequence"], name="attestation_numbered"
            ),
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="attestation_one_place"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=AttestationKind.values),
                name="attestation_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawal_reason__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawal_reason__isnull=False),
                name="attestation_withdrawn_why",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-issued_at", "-id"], name="attestation_register"),
            models.Index(fields=["-issued_at", "-id"], name="attestation_recent"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.withdrawn_at is not None

    @property
    def achievement(self) -> str:
        """The name of what was gained."""
        return self.element_name or self.title_name

    @property
    def code(self) -> str:
        """The code of what was gained: «TP-00485», «TP-00485 CCP 1»."""
        return f"{self.title_code} {self.element_code}".strip()


PROTECTION = append_only.declare(
    append_only.Protection(
        table="titles_attestation",
        columns=(
            "id", "organisation_id", "year", "sequence", "reference", "token", "kind", "holder",
            "title_code", "title_name", "element_code", "element_name", "decided_on", "decision",
            "language", "issued_at", "fact", "credential", "file_id", "key_id",
            "status_list_id", "status_index",
        ),
        once=("withdrawn_at", "withdrawal_reason"),
        unique=("id", "reference", "token"),
    )
)  # fmt: skip
