"""Writing histories of another desk, batch by batch: what was brought before is left or goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.loading import Bulk, Nowhere
from compagnon.core.models import Entry, OutboxItem
from compagnon.desk import search
from compagnon.desk.bringing.history import History, Step
from compagnon.desk.bringing.measure import Measured, measure
from compagnon.desk.bringing.report import Report
from compagnon.desk.loading.parties import TICKET, Parties
from compagnon.desk.loading.retelling import Retelling
from compagnon.desk.loading.setting import Setting
from compagnon.desk.models import (
    Bringing,
    Brought,
    Category,
    Message,
    Solution,
    Ticket,
    TicketTag,
)
from compagnon.desk.models.tags import fold
from compagnon.desk.services import tagging
from compagnon.people import loading as people
from compagnon.people.models import Organisation

TABLES = (*people.TABLES, Category, Brought, Ticket, Message, Solution, Entry, OutboxItem)
BATCH_TICKETS = 250
BATCH_STEPS = 5_000
REFERENCE = 60

# What becomes of a ticket.
NEW, LONGER, UNCHANGED, REFUSED = "created", "extended", "unchanged", "refused"


@dataclass(slots=True)
class Fate:
    """What becomes of one ticket of the source, and why."""

    history: History
    measured: Measured
    reference: str
    outcome: str = NEW
    why: str = ""
    brought: Brought | None = None
    digest: str = ""
    ticket_id: int | None = None


@dataclass(slots=True)
class Bringer:
    """Brings histories into an organisation.

    Args:
        bringing: the import's row, saved unless it is a dry run.
        organisation: where; ``None`` in a dry run that would make one.
        each: told of each ticket once its batch is written.
        progress: told after each batch how many tickets are done.
    """

    bringing: Bringing
    organisation: Organisation | None
    actor: Actor
    report: Report
    label: str
    dry_run: bool
    each: Callable[[Fate], None]
    progress: Callable[[int], None]
    _taken: set[str] = field(default_factory=set)
    _at: datetime = field(default_factory=timezone.now)
    _rng: SystemRandom = field(default_factory=SystemRandom)
    _bulk: Bulk = field(default_factory=lambda: Bulk(*TABLES))
    _nowhere: Nowhere = field(default_factory=Nowhere)
    _parties: Parties | None = None
    _close_after: int = 5

    def bring(self, histories: Iterable[History]) -> None:
        """Bring them all, a batch a transaction: what is written stays, whatever comes after."""
        if self.organisation is not None:
            self._close_after = Setting().rules(self.organisation.pk).close_after_days
        # A dry run would make one: nobody is in it yet.
        organisation = self.organisation or Organisation(pk=0, path="/0/")
        self._parties = Parties(
            bringing=self.bringing, organisation=organisation, actor=self.actor,
            report=self.report, at=self._at, label=self.label,
        )  # fmt: skip
        done = 0
        for batch in _batches(histories):
            fates = self._decide(batch)
            told = [one for one in fates if one.outcome in {NEW, LONGER}]
            if self.dry_run:
                self._parties.prepare([one.history for one in told], self._nowhere)
            else:
                self._write(told)
            for one in fates:
                self.report.count(one.outcome)
                if one.why:
                    self.report.problem(one.why, reference=one.reference)
                self.each(one)
            done += len(batch)
            self.progress(done)
        if not self.dry_run:
            self._bulk.give_back()

    # --- deciding --------------------------------------------------------------------------------

    def _decide(self, batch: Sequence[History]) -> list[Fate]:
        fates = []
        for history in batch:
            measured = measure(history)
            self._contradictions(history, measured)
            self._back_to_new(history)
            reference = f"{self.bringing.prefix}{history.reference}"[:REFERENCE]
            fates.append(Fate(history, measured, reference))
        self._against_brought(fates)
        taken = dict(
            Ticket.objects.filter(
                external_reference__in=[one.reference for one in fates if one.outcome == NEW]
            ).values_list("external_reference", "pk")
        )
        for one in fates:
            if one.outcome == NEW and (one.reference in taken or one.reference in self._taken):
                one.outcome, one.why = REFUSED, "reference_taken"
            elif one.outcome == NEW:
                self._taken.add(one.reference)
        return fates

    def _contradictions(self, history: History, measured: Measured) -> None:
        for name in ("reassignments", "reopenings"):
            counted = history.counted.get(name)
            observed = getattr(measured, f"observed_{name}")
            if counted is not None and counted != observed:
                self.report.problem(
                    f"contradictory_{name}", reference=history.reference,
                    detail=f"counted {counted}, observed {observed}",
                )  # fmt: skip

    def _back_to_new(self, history: History) -> None:
        now = history.first.get("state")
        for step in history.steps:
            told = step.values.get("state", now)
            if told == "new" and now not in {"new", None}:
                self.report.problem("back_to_new", reference=history.reference)
                told = "open"
            now = told

    def _against_brought(self, fates: Sequence[Fate]) -> None:
        known: dict[str, Brought] = {}
        if self.organisation is not None:
            rows = Brought.objects.filter(
                organisation=self.organisation, source=self.bringing.source, kind=TICKET,
                key__in=[one.reference for one in fates],
            )  # fmt: skip
            known = {row.key: row for row in rows}
        versions = dict(
            Ticket.objects.filter(pk__in=[row.object_id for row in known.values()]).values_list(
                "pk", "version"
            )
        )
        for one in fates:
            digests = list(one.history.digests())
            one.digest = digests[-1]
            row = one.brought = known.get(one.reference)
            if row is None:
                continue
            one.ticket_id = row.object_id
            if row.digest == one.digest:
                one.outcome = UNCHANGED
            elif row.steps >= len(digests) or digests[row.steps] != row.digest:
                one.outcome, one.why = REFUSED, "history_differs"
            elif versions.get(row.object_id) != row.version:
                one.outcome, one.why = REFUSED, "worked_on_here"
            else:
                one.outcome = LONGER

    # --- writing ---------------------------------------------------------------------------------

    def _write(self, fates: Sequence[Fate]) -> None:
        if not fates or self._parties is None:
            return
        bulk, parties = self._bulk, self._parties
        with transaction.atomic():
            parties.prepare([one.history for one in fates], bulk)
            written = [self._tell(one, parties) for one in fates]
            bulk.flush()
            self._tag(fates)
            search.index_many(written)

    def _tag(self, fates: Sequence[Fate]) -> None:
        """Put on the source's tags, those that the organisation lacks added to its vocabulary."""
        names = {name for one in fates for name in one.history.tags}
        if not names or self._parties is None:
            return
        known = tagging.ensure_tags(
            actor=self.actor, organisation=self._parties.organisation, names=sorted(names)
        )
        TicketTag.objects.bulk_create(
            [
                TicketTag(ticket_id=one.ticket_id, tag=known[fold(name)], added_at=self._at)
                for one in fates
                for name in {fold(name): name for name in one.history.tags}.values()
                if one.ticket_id is not None and fold(name) in known
            ],
            ignore_conflicts=True,
        )

    def _tell(self, one: Fate, parties: Parties) -> int:
        retelling = Retelling(
            bulk=self._bulk, parties=parties, importer=self.actor, recorded_at=self._at,
            close_after_days=self._close_after, rng=self._rng,
        )  # fmt: skip
        steps = list(one.history.steps)
        if one.brought is None:
            retelling.open(one.history, one.reference)
            retelling.tell(steps)
            row = retelling.row
            # The source's own count, where it keeps one.
            row["reopen_count"] = min(one.measured.reopenings, 32_767)
            self._bulk.rows(Ticket).append(row)
            self._remember(one, row)
        else:
            self._go_on(one, one.brought, retelling, steps[one.brought.steps :])
            row = retelling.row
        one.ticket_id = int(row["id"])
        return one.ticket_id

    def _remember(self, one: Fate, row: dict[str, Any]) -> None:
        self._bulk.add(
            Brought, organisation_id=self._parties.organisation.pk if self._parties else 0,
            source=self.bringing.source, kind=TICKET, key=one.reference, object_id=row["id"],
            digest=one.digest, steps=len(one.history.steps), version=row["version"],
            bringing_id=self.bringing.pk,
        )  # fmt: skip

    def _go_on(self, one: Fate, brought: Brought, retelling: Retelling, steps: list[Step]) -> None:
        names = [column.attname for column in Ticket._meta.concrete_fields]
        row = Ticket.objects.select_for_update().values(*names).get(pk=brought.object_id)
        solution = Solution.objects.filter(ticket_id=row["id"], state="proposed").values().first()
        retelling.take_up(row, dict(solution) if solution else None)
        retelling.tell(steps)
        row = retelling.row
        row["reopen_count"] = min(one.measured.reopenings, 32_767)
        Ticket.objects.filter(pk=row["id"]).update(**{n: row[n] for n in names if n != "id"})
        if retelling.standing is not None:
            standing = retelling.standing
            Solution.objects.filter(pk=standing["id"]).update(
                state=standing["state"], answered_at=standing["answered_at"],
                answered_by_id=standing["answered_by_id"],
            )  # fmt: skip
        Brought.objects.filter(pk=brought.pk).update(
            digest=one.digest, steps=len(one.history.steps), version=row["version"],
            bringing=self.bringing,
        )  # fmt: skip


def _batches(histories: Iterable[History]) -> Iterable[list[History]]:
    batch: list[History] = []
    steps = 0
    for history in histories:
        batch.append(history)
        steps += len(history.steps)
        if len(batch) >= BATCH_TICKETS or steps >= BATCH_STEPS:
            yield batch
            batch, steps = [], 0
    if batch:
        yield batch
