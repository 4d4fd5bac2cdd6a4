"""Candidacies: who goes for which title, by which path, and what happens on the way."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.models import StoredFile
from compagnon.people.models import Organisation, Person
from compagnon.titles.models.referentials import Certificate, TitleVersion


class Path(models.TextChoices):
    """The ways to a title; each asks for its own elements (see ``titles.ruling``)."""

    CONTINUOUS = "continuous", _("continuous training")
    DISCONTINUOUS = "discontinuous", _("discontinuous training, by CCP")
    VAE = "vae", _("validation of experience (VAE)")
    CCS = "ccs", _("complementary certificate (CCS)")


class CandidacyState(models.TextChoices):
    """Where a candidacy stands."""

    ENROLLED = "enrolled", pgettext_lazy("candidacy", "enrolled")
    TRAINING = "training", pgettext_lazy("candidacy", "in training")
    READY = "ready", pgettext_lazy("candidacy", "ready for a session")
    DECIDED = "decided", pgettext_lazy("candidacy", "decided")
    WITHDRAWN = "withdrawn", pgettext_lazy("candidacy", "withdrawn")


class IdentityDocument(models.TextChoices):
    """What an identity was checked on. Its number is never kept."""

    ID_CARD = "id_card", _("identity card")
    PASSPORT = "passport", _("passport")
    RESIDENCE = "residence", _("residence permit")
    LICENCE = "licence", _("driving licence")


class Candidacy(models.Model):
    """A person's way to a title, or to some of its certificates, with a training centre.

    ``aimed`` holds the certificates it goes for: all the CCPs of the version for a title. The
    centre is the organisation that answers for it, and on which the roles of trainers are given.
    """

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="candidacies", verbose_name=_("candidate")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="candidacies",
        verbose_name=_("training centre"),
    )
    version_of_title = models.ForeignKey(
        TitleVersion, models.PROTECT, related_name="candidacies", verbose_name=_("title")
    )
    path = models.CharField(_("path"), max_length=13, choices=Path)
    aimed = models.ManyToManyField(
        Certificate, related_name="candidacies", verbose_name=_("certificates aimed at")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=CandidacyState, default=CandidacyState.ENROLLED
    )
    trainer = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("trainer in charge"),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    plan = models.TextField(_("training plan"), blank=True, max_length=20_000)
    identity_document = models.CharField(
        _("identity checked on"), max_length=9, choices=IdentityDocument, blank=True
    )
    identity_checked_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", null=True, blank=True
    )
    identity_checked_at = models.DateTimeField(_("identity checked"), null=True, blank=True)
    # When its personal data go: see services/keeping.py; the proofs stay valid without them.
    keep_until = models.DateField(_("kept until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("candidacy")
        verbose_name_plural = _("candidacies")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(path__in=Path.values), name="candidacy_path_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=CandidacyState.values), name="candidacy_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="candidacy_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    identity_checked_at__isnull=True, identity_checked_by__isnull=True
                )
                | models.Q(identity_checked_at__isnull=False),
                name="candidacy_identity_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "-starts_on"], name="candidacy_centre"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.state not in (CandidacyState.DECIDED, CandidacyState.WITHDRAWN)


class PeriodKind(models.TextChoices):
    """Where the time is spent."""

    CENTRE = "centre", _("at the centre")
    COMPANY = "company", _("in company")


class TrainingPeriod(models.Model):
    """A stretch of the plan: at the centre, or in a company under a tutor."""

    candidacy = models.ForeignKey(Candidacy, models.CASCADE, related_name="periods")
    kind = models.CharField(_("where"), max_length=7, choices=PeriodKind)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    hours = models.PositiveSmallIntegerField(_("hours"), default=0)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    company = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("company"),
    )
    tutor = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="tutored_periods",
        null=True,
        blank=True,
        verbose_name=_("tutor"),
    )

    class Meta:
        verbose_name = _("training period")
        verbose_name_plural = _("training periods")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="period_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="company") | models.Q(company__isnull=False),
                name="period_in_company_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on}"


class Absence(models.Model):
    """Time away from training. Why, if it is health, is nobody's business: only if justified."""

    candidacy = models.ForeignKey(Candidacy, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    is_justified = models.BooleanField(_("justified"), default=False)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="absence_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d}"


class AccommodationKind(models.TextChoices):
    """What a candidate is given so that a handicap does not count against them."""

    EXTRA_TIME = "extra_time", _("extra time")
    EQUIPMENT = "equipment", _("adapted equipment")
    ASSISTANT = "assistant", _("human assistance")
    ROOM = "room", _("adapted room")
    DOCUMENTS = "documents", _("adapted documents")


class Accommodation(models.Model):
    """An adjustment of sessions granted to a candidate; never the handicap itself."""

    candidacy = models.ForeignKey(Candidacy, models.CASCADE, related_name="accommodations")
    kind = models.CharField(_("kind"), max_length=10, choices=AccommodationKind)
    extra_percent = models.PositiveSmallIntegerField(_("extra time (%)"), default=0)
    details = models.CharField(_("details"), max_length=300, blank=True)
    granted_on = models.DateField(_("granted on"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("accommodation")
        verbose_name_plural = _("accommodations")
        ordering = ["granted_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(extra_percent__lte=200), name="accommodation_time_bounded"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class NoticeState(models.TextChoices):
    """What the authority answered to an application for VAE."""

    ASKED = "asked", pgettext_lazy("notice", "asked")
    ADMISSIBLE = "admissible", pgettext_lazy("notice", "admissible")
    REFUSED = "refused", pgettext_lazy("notice", "refused")


class AdmissibilityNotice(models.Model):
    """The application for VAE and its answer; without an admissible one, nobody is registered."""

    candidacy = models.OneToOneField(Candidacy, models.CASCADE, related_name="notice")
    asked_on = models.DateField(_("asked on"))
    state = models.CharField(
        _("answer"), max_length=10, choices=NoticeState, default=NoticeState.ASKED
    )
    notified_on = models.DateField(_("notified on"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("admissibility notice")
        verbose_name_plural = _("admissibility notices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(notified_on__isnull=False),
                name="notice_answered_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()


class ExperienceProof(models.Model):
    """A stretch of work that an application for VAE rests on, with what proves it."""

    candidacy = models.ForeignKey(Candidacy, models.CASCADE, related_name="experiences")
    employer = models.CharField(_("employer or association"), max_length=200)
    role = models.CharField(_("job held"), max_length=200)
    is_volunteer = models.BooleanField(_("volunteer"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    weekly_hours = models.DecimalField(
        _("hours a week"), max_digits=4, decimal_places=1, default=35
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("proof of experience")
        verbose_name_plural = _("proofs of experience")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="experience_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.role


class HeldKind(models.TextChoices):
    """Where a certificate that somebody holds comes from."""

    DECISION = "decision", _("decision recorded here")
    DOCUMENT = "document", _("document shown")


class HeldCertificate(models.Model):
    """A certificate, or a whole title, that a person gained: by a decision here, or elsewhere.

    The certificate booklet is the list of these. ``certificate`` empty is the title itself.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="held_certificates", verbose_name=_("holder")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("training centre")
    )
    version_of_title = models.ForeignKey(
        TitleVersion, models.PROTECT, related_name="+", verbose_name=_("title")
    )
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, related_name="holders", null=True, blank=True
    )
    gained_on = models.DateField(_("gained on"))
    origin = models.CharField(_("known by"), max_length=8, choices=HeldKind)
    # The decision's reference (see models/decisions.py), where it was made here.
    decision_reference = models.CharField(_("decision"), max_length=40, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("certificate held")
        verbose_name_plural = _("certificates held")
        ordering = ["person", "gained_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "certificate"],
                name="held_certificate_once",
                condition=models.Q(certificate__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person", "version_of_title"],
                name="held_title_once",
                condition=models.Q(certificate__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate or self.version_of_title}"
