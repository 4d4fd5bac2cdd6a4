"""The journal's entries and the outbox that consumers follow."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One change, written once. The database refuses to update or delete it.

    On PostgreSQL the table is partitioned by month of ``recorded_at``; for that reason no foreign
    key points here and the key of the table is (``id``, ``recorded_at``).
    """

    id = models.BigAutoField(primary_key=True)
    occurred_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    source = models.CharField(_("door"), max_length=10)
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_label = models.CharField(_("part of the program"), max_length=60, blank=True)
    on_behalf_of = models.BigIntegerField(_("on behalf of"), null=True)
    verb = models.CharField(_("verb"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.BigIntegerField(_("object"))
    organisation_id = models.BigIntegerField(_("organisation"), null=True)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    correlation_id = models.UUIDField(_("correlation"))

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["object_type", "object_id", "occurred_at"], name="entry_object"),
            models.Index(fields=["organisation_id", "occurred_at"], name="entry_organisation"),
            models.Index(fields=["actor_id", "occurred_at"], name="entry_actor"),
            models.Index(fields=["verb", "occurred_at"], name="entry_verb"),
            models.Index(fields=["occurred_at", "id"], name="entry_when"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class OutboxItem(models.Model):
    """A committed entry waiting for, or holding, its position in the order of commits.

    Keys are given when a row is inserted and may become visible in another order; a consumer that
    remembered the highest key it saw would skip rows. A single sequencer gives each *committed*
    item the next position, and consumers follow positions.
    """

    id = models.BigAutoField(primary_key=True)
    entry_id = models.BigIntegerField()
    entry_recorded_at = models.DateTimeField()
    position = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("outbox item")
        verbose_name_plural = _("outbox")
        constraints = [
            models.UniqueConstraint(fields=["position"], name="outbox_position"),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(position__isnull=True), name="outbox_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.entry_id}"


class ConsumerPosition(models.Model):
    """How far one consumer has read the outbox."""

    name = models.CharField(max_length=60, primary_key=True)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("consumer's position")
        verbose_name_plural = _("consumers' positions")

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"
