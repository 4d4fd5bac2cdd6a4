"""What was answered to a form: on a ticket, or not sent yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import FormVersion, RequestType
from compagnon.core.models import StoredFile
from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class RequestAnswers(models.Model):
    """The answers of a ticket, by field, under the version in which they were given.

    ``names`` keeps what rows of ours were called then (a person, a site, a machine, a file).
    """

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="answers")
    form_version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    names = models.JSONField(default=dict)
    begun_at = models.DateTimeField(_("tasks made"), null=True)
    done_at = models.DateTimeField(_("fulfilled"), null=True)

    class Meta:
        verbose_name = _("answers of a request")
        verbose_name_plural = _("answers of requests")

    def __str__(self) -> str:
        return f"answers of {self.ticket_id}"


class RequestDraft(models.Model):
    """A request that somebody has begun to write; one a person and request type."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="request_drafts")
    request_type = models.ForeignKey(RequestType, models.CASCADE, related_name="+")
    beneficiary = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("draft of a request")
        verbose_name_plural = _("drafts of requests")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "request_type"], name="request_draft_one_a_type"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.request_type_id}"


class RequestFile(models.Model):
    """A file that was given to a field, of a draft until it is sent."""

    draft = models.ForeignKey(RequestDraft, models.CASCADE, related_name="files")
    field = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("file of a draft")
        verbose_name_plural = _("files of drafts")

    def __str__(self) -> str:
        return self.name
