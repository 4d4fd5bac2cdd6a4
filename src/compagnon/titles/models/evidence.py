"""Evidence: what a candidate did, tied to the competences it shows."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.models import StoredFile
from compagnon.people.models import Organisation, Person
from compagnon.titles.models.candidacies import Candidacy
from compagnon.titles.models.referentials import Competence, Criterion, TitleVersion


class EvidenceRule(models.Model):
    """What, when it happens in the journal, proposes itself as evidence of which competences.

    ``kind`` is what a source tells of («ticket.solved»), ``conditions`` the facts it must have:
    a mapping of the fact's name to the list of values admitted (see ``evidence.matching``).
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("training centre")
    )
    version_of_title = models.ForeignKey(
        TitleVersion, models.CASCADE, related_name="evidence_rules", verbose_name=_("title")
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("what happens"), max_length=60)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    competences = models.ManyToManyField(
        Competence, related_name="evidence_rules", verbose_name=_("competences")
    )
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("evidence rule")
        verbose_name_plural = _("evidence rules")
        ordering = ["version_of_title", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version_of_title", "name"], name="evidence_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceOrigin(models.TextChoices):
    """Whether the journal knows of it."""

    WORK = "work", _("work recorded here")
    OUTSIDE = "outside", _("work done elsewhere")


class EvidenceState(models.TextChoices):
    """How far it is."""

    PROPOSED = "proposed", pgettext_lazy("evidence", "proposed")
    CHOSEN = "chosen", pgettext_lazy("evidence", "chosen")
    ATTESTED = "attested", pgettext_lazy("evidence", "attested")
    ASIDE = "aside", pgettext_lazy("evidence", "set aside")


class Evidence(models.Model):
    """One piece of work that shows competences, as its candidate tells it.

    Work of the desk or the park points at its object and at the journal's entries by which the
    candidate did it: no row of that origin exists without them. What somebody did elsewhere is
    said to be so. ``sealed`` is what the one who attested it had before them: a digest of the
    text, so that a change after that shows, and asks to be attested again.
    """

    candidacy = models.ForeignKey(Candidacy, models.CASCADE, related_name="evidence")
    origin = models.CharField(_("origin"), max_length=7, choices=EvidenceOrigin)
    state = models.CharField(
        _("state"), max_length=8, choices=EvidenceState, default=EvidenceState.PROPOSED
    )
    kind = models.CharField(_("what happened"), max_length=60, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    # Keys of the journal's entries; no foreign key, so that the journal can be partitioned.
    entries = models.JSONField(_("journal entries"), default=list)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    happened_at = models.DateTimeField(_("done"))
    title = models.CharField(_("title"), max_length=200)
    did = models.TextField(_("what I did"), blank=True, max_length=10_000)
    means = models.TextField(_("with which means"), blank=True, max_length=5_000)
    with_whom = models.TextField(_("with whom"), blank=True, max_length=5_000)
    context = models.TextField(_("in which context"), blank=True, max_length=5_000)
    is_masked = models.BooleanField(_("names and addresses masked"), default=False)
    attested_by = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True, blank=True)
    attested_at = models.DateTimeField(_("attested"), null=True, blank=True)
    attestation = models.TextField(_("what the one who attests says"), blank=True, max_length=2_000)
    sealed = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(origin="outside", object_id__isnull=True)
                | (models.Q(origin="work", object_id__isnull=False) & ~models.Q(entries=[])),
                name="evidence_work_has_entries",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="attested") | models.Q(attested_at__isnull=False),
                name="evidence_attested_has_date",
            ),
            models.UniqueConstraint(
                fields=["candidacy", "object_type", "object_id", "kind"],
                name="evidence_of_object_once",
                condition=models.Q(origin="work"),
            ),
        ]
        indexes = [
            models.Index(fields=["candidacy", "state", "-happened_at"], name="evidence_list"),
        ]

    def __str__(self) -> str:
        return self.title


class EvidenceLink(models.Model):
    """A competence, or one criterion of it, that a piece of evidence shows."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="links")
    competence = models.ForeignKey(Competence, models.CASCADE, related_name="evidence_links")
    criterion = models.ForeignKey(
        Criterion, models.CASCADE, related_name="evidence_links", null=True, blank=True
    )

    class Meta:
        verbose_name = _("competence shown")
        verbose_name_plural = _("competences shown")
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "competence", "criterion"],
                name="evidence_link_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.competence_id}"


class EvidenceFile(models.Model):
    """A file that goes with a piece of evidence."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file of evidence")
        verbose_name_plural = _("files of evidence")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "file"], name="evidence_file_once"),
        ]

    def __str__(self) -> str:
        return self.name
