"""Referentials: titles, their versions, and what each version is made of.

A version is a tree: activity types, each with its certificate of competences (CCP), each with its
competences, each with its criteria. A competence may sit in two certificates of its version
(English, in the first annex of TSSI), so that they are tied through :class:`CertificateMember`.

Codes, names and structure come with the product; descriptions, criteria and knowledge are the
text of official documents, and are rows only where somebody imported the document.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Title(models.Model):
    """A professional title, through all its versions (TP-00485, TSSI)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=250)
    authority = models.CharField(_("authority"), max_length=250, blank=True)
    is_shipped = models.BooleanField(_("comes with the product"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("title")
        verbose_name_plural = _("titles")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name or self.name


class TitleVersion(models.Model):
    """A title as one set of texts defines it, valid between two dates.

    ``label`` names it within its title (the year, «2013»); ``printed_version`` is what the
    document's pages say («08», «m04»).
    """

    title = models.ForeignKey(
        Title, models.PROTECT, related_name="versions", verbose_name=_("title")
    )
    label = models.CharField(_("version"), max_length=40)
    name = models.CharField(_("name"), max_length=250)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    printed_version = models.CharField(_("version printed"), max_length=20, blank=True)
    rncp_number = models.CharField(_("RNCP sheet"), max_length=20, blank=True)
    validated_on = models.DateField(_("validated on"), null=True, blank=True)
    updated_on = models.DateField(_("updated on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    # What the title takes, on certificates; see titles/requirements.py for the form.
    requirement = models.JSONField(_("requirement"), default=dict, blank=True)
    definition = models.TextField(_("definition of the job"), blank=True)
    # «Néant» is a value: known to be none. Empty is unknown.
    regulation = models.TextField(_("regulation of the activity"), blank=True)
    is_shipped = models.BooleanField(_("comes with the product"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("version of a title")
        verbose_name_plural = _("versions of titles")
        ordering = ["title", "valid_from", "label"]
        constraints = [
            models.UniqueConstraint(fields=["title", "label"], name="title_version_label_once"),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="title_version_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.short_name or self.name} {self.label}"


class Scheme(models.TextChoices):
    """What a classification says of a title."""

    LEVEL = "level", pgettext_lazy("title", "level")
    NSF = "nsf", _("NSF")
    ROME = "rome", _("ROME")
    FORMACODE = "formacode", _("Formacode")


class Classification(models.Model):
    """A code of a version in a nomenclature, with the nomenclature's own version.

    Level III of 1969 is level 5 in Europe; ROME 32331 is of ROME 2, I1401 of ROME 3.
    """

    version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="classifications")
    scheme = models.CharField(_("nomenclature"), max_length=10, choices=Scheme)
    edition = models.CharField(_("version of the nomenclature"), max_length=60, blank=True)
    code = models.CharField(_("code"), max_length=20)
    label = models.CharField(_("name"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ["scheme", "edition", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "scheme", "edition", "code"], name="classification_once"
            ),
            models.CheckConstraint(
                condition=models.Q(scheme__in=Scheme.values), name="classification_scheme_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.code}"


class LegalText(models.Model):
    """A text that a version rests on, as its documents name it."""

    version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="legal_texts")
    reference = models.CharField(_("text"), max_length=500)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal text")
        verbose_name_plural = _("legal texts")
        ordering = ["signed_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "reference"], name="legal_text_once"),
        ]

    def __str__(self) -> str:
        return self.reference


class ActivityType(models.Model):
    """An activity type (AT); an extension leads to a CCS and exists in some titles only."""

    version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="activities")
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300)
    is_extension = models.BooleanField(_("extension"), default=False)
    description = models.TextField(_("description"), blank=True)
    regulation = models.TextField(_("regulation of the activity"), blank=True)

    class Meta:
        verbose_name = _("activity type")
        verbose_name_plural = _("activity types")
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="activity_number_once"),
        ]

    def __str__(self) -> str:
        return f"AT {self.number} {self.name}"


class CertificateKind(models.TextChoices):
    """A certificate of the title, or one that complements it."""

    CCP = "ccp", _("CCP")
    CCS = "ccs", _("CCS")


class Certificate(models.Model):
    """A certificate of competences: a CCP of a version, or a CCS tied to its host titles."""

    version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="certificates")
    kind = models.CharField(
        _("kind"), max_length=3, choices=CertificateKind, default=CertificateKind.CCP
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300)
    activity = models.OneToOneField(
        ActivityType,
        models.SET_NULL,
        related_name="certificate",
        null=True,
        blank=True,
        verbose_name=_("activity type"),
    )
    rncp_block = models.CharField(_("RNCP block"), max_length=30, blank=True)
    # On competences; see titles/requirements.py for the form.
    requirement = models.JSONField(_("requirement"), default=dict, blank=True)
    hosts = models.ManyToManyField(
        Title,
        related_name="complements",
        blank=True,
        verbose_name=_("host titles"),
        help_text=_("Titles that a candidate must hold before this CCS."),
    )
    competences = models.ManyToManyField(
        "titles.Competence", through="titles.CertificateMember", related_name="certificates"
    )

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["version", "kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "number"], name="certificate_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=CertificateKind.values), name="certificate_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.number} {self.name}"


class Competence(models.Model):
    """A professional competence. Numbers run on across the activity types of a version."""

    version = models.ForeignKey(TitleVersion, models.CASCADE, related_name="competences")
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    context = models.TextField(_("contexts"), blank=True)

    class Meta:
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="competence_number_once"),
        ]

    def __str__(self) -> str:
        return f"CP {self.number} {self.name}"


class CertificateMember(models.Model):
    """A competence's place in a certificate; ``mark`` is what the text puts beside it («*»)."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="members")
    competence = models.ForeignKey(Competence, models.CASCADE, related_name="memberships")
    position = models.PositiveSmallIntegerField(_("position"))
    mark = models.CharField(_("mark beside it"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("competence of a certificate")
        verbose_name_plural = _("competences of a certificate")
        ordering = ["certificate", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "competence"], name="certificate_member_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.position}"


class TransversalCompetence(models.Model):
    """A competence of the whole job, that recurs on every activity type."""

    version = models.ForeignKey(
        TitleVersion, models.CASCADE, related_name="transversal_competences"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("transversal competence")
        verbose_name_plural = _("transversal competences")
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="transversal_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CriterionKind(models.TextChoices):
    """Whether a result is judged or counted."""

    QUALITATIVE = "qualitative", _("qualitative")
    QUANTITATIVE = "quantitative", _("quantitative")


class Criterion(models.Model):
    """A performance criterion of a competence, or of a transversal one."""

    competence = models.ForeignKey(
        Competence, models.CASCADE, related_name="criteria", null=True, blank=True
    )
    transversal = models.ForeignKey(
        TransversalCompetence, models.CASCADE, related_name="criteria", null=True, blank=True
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("criterion"))
    kind = models.CharField(
        _("kind"), max_length=12, choices=CriterionKind, default=CriterionKind.QUALITATIVE
    )

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["competence", "transversal", "number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(competence__isnull=False, transversal__isnull=True)
                | models.Q(competence__isnull=True, transversal__isnull=False),
                name="criterion_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=CriterionKind.values), name="criterion_kind_known"
            ),
            models.UniqueConstraint(
                fields=["competence", "number"],
                name="criterion_number_once",
                condition=models.Q(competence__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["transversal", "number"],
                name="criterion_transversal_number_once",
                condition=models.Q(transversal__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}"


class KnowledgeKind(models.TextChoices):
    """The four kinds that a REAC names; the text does not always say which."""

    KNOWLEDGE = "knowledge", _("knowledge")
    TECHNICAL = "technical", _("technical know-how")
    RELATIONAL = "relational", _("relational know-how")
    ORGANISATIONAL = "organisational", _("organisational know-how")
    UNTOLD = "", _("kind not told")


class KnowledgeItem(models.Model):
    """Something to know or to know how to do, for a competence."""

    competence = models.ForeignKey(Competence, models.CASCADE, related_name="knowledge")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=14, choices=KnowledgeKind, blank=True)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("knowledge")
        verbose_name_plural = _("knowledge")
        ordering = ["competence", "number"]
        constraints = [
            models.UniqueConstraint(fields=["competence", "number"], name="knowledge_number_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
