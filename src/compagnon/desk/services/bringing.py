"""Bringing another desk's past: asked for by a person or the command line, done batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused, TooLarge
from compagnon.core.services import service
from compagnon.desk import bringing_words
from compagnon.desk.bringing import mapping as mappings
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.mapping import TableMapping
from compagnon.desk.bringing.report import Report
from compagnon.desk.bringing.sources import SOURCES, Reading
from compagnon.desk.loading.bringing import Bringer, Fate
from compagnon.desk.models import Bringing, BringingState
from compagnon.people.models import Organisation
from compagnon.people.services import bootstrap, organisations

VERB = "desk.import"
MAX_UPLOAD = 64 * 1024 * 1024
MAX_PREFIX = 20
# How long between two notes of how far it is, in seconds.
NOTED_EVERY = 1.0
# Tickets of the report that are told one by one, where a page keeps it.
DETAILS_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be brought.

    Args:
        organisation: where; ``None`` for one that has a name, made if it is not there.
        organisation_name: the name of that one; empty: named after the source.
        mapping: the document that a CSV file needs.
        zone: where dates without a zone are local; see ``docs/operate/import.md``.
        prefix: put before every number, where two sources have the same.
    """

    source: str
    paths: Sequence[Path]
    organisation: Organisation | None = None
    organisation_name: str = ""
    mapping: TableMapping | None = None
    zone: str = ""
    prefix: str = ""
    dry_run: bool = False


@dataclass(slots=True)
class Outcome:
    """What an import did."""

    document: dict[str, Any]
    items: list[dict[str, Any]] = field(default_factory=list)


def check(actor: Actor) -> None:
    """Refuse who may not import.

    Raises:
        Refused: the role does not hold everywhere: categories and numbers are everybody's.
    """
    if not actor.scope.allows(VERB, None):
        raise Refused(_("Importing takes a role that holds on every organisation."))


def default_name(source: str) -> str:
    """Give the name of the organisation that an import makes when none is named.

    The same in every language: run again from another terminal, it is found again.
    """
    return f"Import {SOURCES[source]}"


def read_mapping(document: Any) -> TableMapping:
    """Check the mapping of a CSV file.

    Raises:
        Invalid: it is not one.
    """
    try:
        return mappings.parse(document)
    except UnreadableSource as error:
        raise _invalid(error, "mapping") from error


@service(VERB)
def ask(
    *,
    actor: Actor,
    source: str,
    name: str,
    content: bytes,
    organisation: Organisation | None = None,
    mapping: dict[str, Any] | None = None,
    zone: str = "",
    prefix: str = "",
    dry_run: bool = True,
) -> Bringing:
    """Keep an uploaded file and have it imported in the background, or tried only.

    Raises:
        Refused: the actor may not import.
        Invalid: the source, the zone or the mapping is not one.
        TooLarge: the file is over 64 MiB; the command line takes larger ones.
    """
    from compagnon.desk.tasks import bring

    check(actor)
    _check_asked(source, zone, prefix, mapping)
    if len(content) > MAX_UPLOAD:
        raise TooLarge(_("The file is over 64 MiB: use «compagnon import» on the server."))
    if not content:
        raise Invalid(_("The file is empty."), fields={"file": [_("The file is empty.")]})
    row = Bringing.objects.create(
        organisation=organisation,
        source=source,
        file_name=Path(name).name[:200],
        file=files.store(content),
        mapping=mapping,
        zone=zone,
        prefix=prefix,
        is_dry_run=dry_run,
        actor_id=actor.id,
        asked_at=timezone.now(),
    )
    _record(actor, "bringing.ask", row)
    bring.enqueue(row.pk)
    return row


@service(VERB)
def confirm(*, actor: Actor, bringing: Bringing) -> Bringing:
    """Import for good what was tried: the same file, the same choices.

    Raises:
        Refused: the actor may not import.
        Conflict: it was no dry run, it has not ended well, or its file is gone.
    """
    from compagnon.desk.tasks import bring

    check(actor)
    row = Bringing.objects.select_for_update().get(pk=bringing.pk)
    if not row.is_dry_run or row.state != BringingState.DONE or row.file is None:
        raise Conflict(_("Only a dry run that ended can be imported for good."))
    made = Bringing.objects.create(
        organisation=row.organisation,
        source=row.source,
        file_name=row.file_name,
        file=row.file,
        mapping=row.mapping,
        zone=row.zone,
        prefix=row.prefix,
        actor_id=actor.id,
        asked_at=timezone.now(),
    )
    _record(actor, "bringing.ask", made)
    bring.enqueue(made.pk)
    return made


@service(VERB)
def begin(*, actor: Actor, bringing: Bringing) -> Bringing:
    """Note that an import begins, or begins again after a crash."""
    check(actor)
    bringing.state = BringingState.RUNNING
    bringing.started_at = timezone.now()
    bringing.done = 0
    bringing.save()
    _record(actor, "bringing.begin", bringing)
    return bringing


@service(VERB)
def end(
    *, actor: Actor, bringing: Bringing, document: Mapping[str, Any], error: str = ""
) -> Bringing:
    """Note how an import ended."""
    check(actor)
    bringing.state = BringingState.FAILED if error else BringingState.DONE
    bringing.ended_at = timezone.now()
    bringing.report = dict(document)
    bringing.error = error[:500]
    bringing.save()
    _record(actor, "bringing.end", bringing, counts=dict(document.get("counts", {})))
    return bringing


def run(
    *,
    actor: Actor,
    asked: Asked,
    bringing: Bringing | None = None,
    detail: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Import, or try to; each batch of tickets is written for good by itself.

    Run again after a crash, it goes on: what is there is left as it is.

    Args:
        bringing: the row that was asked for; without it one is made, unless it is a dry run.
        detail: give one item for each ticket.
        progress: told how many tickets of how many are done.

    Raises:
        Refused: the actor may not import.
        Invalid: a file cannot be read, or the choices are wrong.
        Conflict: another import wrote the same at the same time.
    """
    check(actor)
    _check_asked(asked.source, asked.zone, asked.prefix, asked.mapping)
    row = bringing or _row(actor, asked)
    if bringing is not None or not asked.dry_run:
        begin(actor=actor, bringing=row)
    try:
        outcome = _carry_out(actor, asked, row, detail, progress)
    except (Invalid, Conflict) as error:
        if row.pk:
            end(actor=actor, bringing=row, document={}, error=str(error))
        raise
    if row.pk:
        kept = {**outcome.document, "tickets": outcome.items[:DETAILS_KEPT]}
        end(actor=actor, bringing=row, document=kept)
    return outcome


def _carry_out(
    actor: Actor,
    asked: Asked,
    row: Bringing,
    detail: bool,
    progress: Callable[[int, int], None] | None,
) -> Outcome:
    started = time.monotonic()
    organisation = _organisation(actor, asked)
    if row.pk and organisation is not None and row.organisation_id is None:
        row.organisation = organisation
        row.save(update_fields=["organisation"])
    row.organisation = organisation
    items: list[dict[str, Any]] = []
    noting = _Noting(row, progress)
    try:
        with Reading(asked.source, asked.paths, zone=asked.zone, mapping=asked.mapping) as reading:
            noting.total = reading.total()
            _check_holds(noting.total, asked)
            bringer = Bringer(
                bringing=row, organisation=organisation, actor=actor, report=reading.report,
                label=SOURCES[asked.source], dry_run=asked.dry_run,
                each=lambda fate: items.append(told(fate)) if detail else None,
                progress=noting.note,
            )  # fmt: skip
            bringer.bring(reading)
            left = [
                told_left(f"{asked.prefix}{key}", why) for key, why in reading.report.left.items()
            ]
            reading.report.count("refused", len(left))
            items.extend(left if detail else [])
            document = _document(asked, organisation, reading, time.monotonic() - started)
    except UnreadableSource as error:
        raise _invalid(error, "file") from error
    except IntegrityError as error:
        raise Conflict(
            _("Another import wrote the same tickets at the same time: run it again.")
        ) from error
    return Outcome(document, items)


def _check_holds(tickets: int, asked: Asked) -> None:
    """Refuse an export of which nothing is a ticket."""
    if not tickets:
        names = ", ".join(path.name for path in asked.paths)[:200]
        raise UnreadableSource("empty", f"{names}: no ticket", name=names)


def told(fate: Fate) -> dict[str, Any]:
    """Give a ticket's item: its numbers, and what became of it."""
    measured = fate.measured
    return {
        "reference": fate.reference,
        "state": measured.state,
        "reassignments": measured.reassignments,
        "reopenings": measured.reopenings,
        "seconds_in_state": measured.seconds_in_state,
        "seconds_before_first_event": measured.seconds_before_first_event,
        "observed_reassignments": measured.observed_reassignments,
        "observed_reopenings": measured.observed_reopenings,
        "events": measured.events,
        "outcome": fate.outcome,
        "why": fate.why,
        "ticket": fate.ticket_id,
    }


def told_left(reference: str, why: str) -> dict[str, Any]:
    """Give the item of a ticket of which no history could be made: nothing of it can be counted."""
    return {
        "reference": reference,
        "state": "",
        "reassignments": 0,
        "reopenings": 0,
        "seconds_in_state": {},
        "seconds_before_first_event": 0,
        "observed_reassignments": 0,
        "observed_reopenings": 0,
        "events": 0,
        "outcome": "refused",
        "why": why,
        "ticket": None,
    }


def _document(
    asked: Asked, organisation: Organisation | None, reading: Reading, seconds: float
) -> dict[str, Any]:
    report: Report = reading.report
    for name in ("created", "extended", "unchanged", "refused", "rows", "events"):
        report.count(name, 0)
    counts = report.counts
    counts["tickets"] = sum(
        counts[name] for name in ("created", "extended", "unchanged", "refused")
    )
    return {
        "source": asked.source,
        "files": [path.name for path in asked.paths],
        "dry_run": asked.dry_run,
        "organisation": {
            "id": organisation.pk if organisation else None,
            "name": organisation.name if organisation else _name(asked),
        },
        "zone": reading.zone.key,
        "durations": "elapsed" if reading.elapsed else "clock",
        "seconds": round(seconds, 2),
        **report.document(),
    }


class _Noting:
    """Notes how far an import is, on its row and to the caller, once a second."""

    def __init__(self, row: Bringing, progress: Callable[[int, int], None] | None) -> None:
        self.row = row
        self.progress = progress
        self.total = 0
        self._last = 0.0

    def note(self, done: int) -> None:
        """Note it, unless that was done a moment ago."""
        if time.monotonic() - self._last < NOTED_EVERY and done < self.total:
            return
        self._last = time.monotonic()
        self.row.total, self.row.done = self.total, done
        if self.row.pk:
            Bringing.objects.filter(pk=self.row.pk).update(total=self.total, done=done)
        if self.progress is not None:
            self.progress(done, self.total)


def _organisation(actor: Actor, asked: Asked) -> Organisation | None:
    if asked.organisation is not None:
        return asked.organisation
    return organisation_named(actor, _name(asked), make=not asked.dry_run)


def _name(asked: Asked) -> str:
    return asked.organisation_name or default_name(asked.source)


def organisation_named(actor: Actor, name: str, *, make: bool) -> Organisation | None:
    """Give the organisation of that name, made below the provider of support if there is none.

    Raises:
        Invalid: several have that name.
    """
    found = list(Organisation.objects.filter(name=name).order_by("pk")[:2])
    if len(found) > 1:
        text = _("Several organisations are named so: give the number.")
        raise Invalid(text, fields={"organisation": [text]})
    if found or not make:
        return found[0] if found else None
    # Below the provider, so that its administrators see what was brought.
    provider = bootstrap.ensure_provider(actor=actor)
    return organisations.create(actor=actor, name=name, parent=provider)


def _row(actor: Actor, asked: Asked) -> Bringing:
    return Bringing(
        organisation=asked.organisation,
        source=asked.source,
        file_name=", ".join(path.name for path in asked.paths)[:200],
        zone=asked.zone,
        prefix=asked.prefix,
        is_dry_run=asked.dry_run,
        actor_id=actor.id,
        asked_at=timezone.now(),
    )


def _check_asked(source: str, zone: str, prefix: str, mapping: Any) -> None:
    if source not in SOURCES:
        raise Invalid(_("There is no such source."), fields={"source": [_("No such source.")]})
    if source == "csv" and mapping is None:
        text = _("A CSV file needs a mapping.")
        raise Invalid(text, fields={"mapping": [text]})
    if isinstance(mapping, dict):
        read_mapping(mapping)
    if len(prefix) > MAX_PREFIX or not prefix.isprintable() or " " in prefix:
        text = _("The prefix is at most 20 characters without spaces.")
        raise Invalid(text, fields={"prefix": [text]})
    if zone:
        try:
            mappings.zone_named(zone)
        except UnreadableSource as error:
            raise _invalid(error, "zone") from error


def _invalid(error: UnreadableSource, name: str) -> Invalid:
    told = bringing_words.unreadable(error)
    return Invalid(told, code=f"import-{error.code.replace('_', '-')}", fields={name: [told]})


def _record(actor: Actor, verb: str, row: Bringing, **more: Any) -> None:
    after = {"source": row.source, "dry_run": row.is_dry_run, "state": str(row.state), **more}
    journal.record(
        actor=actor, verb=verb, subject=row, organisation_id=row.organisation_id, after=after
    )
