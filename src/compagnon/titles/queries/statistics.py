"""What became of candidates, counted: by title, CCP, path, centre, year; what they fail."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.titles.counting.masking import mask
from compagnon.titles.models import (
    Attendance,
    CertificateKind,
    EvaluationState,
    Mark,
    Minutes,
    Path,
    SessionKind,
    SessionState,
    Sitting,
    Value,
)
from compagnon.titles.queries.checklist import harmless

By = Literal["title", "ccp", "path", "centre", "year"]
AXES: tuple[By, ...] = ("title", "ccp", "path", "centre", "year")
COUNTS = ("entered", "absent", "present", "full", "partial", "none")
_PARTS = ("full", "partial", "none")
_VERBS = ("session.view", "session.manage")
MOST_GROUPS = 60
TOTAL = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sessions are counted, and how they are put together.

    Args:
        title: a code; every title unless given.
        start: the first day; ``end`` the last. Sessions are counted by the day they begin.
    """

    by: By = "title"
    title: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A line: what it counts, and each count, ``None`` where masked."""

    name: str
    counts: Mapping[str, int | None]

    @property
    def bars(self) -> list[tuple[str, int, int]]:
        """Give what is drawn, of a thousand: full, partial, none; nothing where one is masked."""
        present = self.counts["present"]
        parts = [(name, self.counts[name]) for name in _PARTS]
        if not present or any(count is None for _name, count in parts):
            return []
        drawn, x = [], 0
        for name, count in parts:
            width = round(1000 * (count or 0) / present)
            drawn.append((name, x, width))
            x += width
        return drawn


@dataclass(frozen=True, slots=True)
class Table:
    """The lines, and their total."""

    groups: Sequence[Group]
    total: Group
    is_cut: bool


def may_read(actor: Actor) -> bool:
    """Tell whether the actor reads the statistics of some centre."""
    return any(actor.scope.allows_somewhere(verb) for verb in _VERBS)


def _check(actor: Actor) -> None:
    if not may_read(actor):
        raise Refused


def _centres(actor: Actor, prefix: str) -> Q:
    reach: set[int] = set()
    for verb in _VERBS:
        found = actor.scope.organisations(verb)
        if found is None:
            return Q()
        reach |= set(found)
    return Q(**{f"{prefix}organisation_id__in": sorted(reach)})


def results(actor: Actor, asked: Asked) -> Table:
    """Count candidates of the sessions held, small counts masked.

    ``entered`` is ``absent`` and ``present``; ``present`` is ``full``, ``partial`` and ``none``.
    By CCP, ``full`` is that this CCP was gained.

    Raises:
        Refused: the actor reads no centre's statistics.
    """
    _check(actor)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome in _outcomes(_sittings(actor, asked), asked.by):
        counted[name][outcome] += 1
    names = sorted(counted)
    kept = names[:MOST_GROUPS]
    return _masked({name: counted[name] for name in kept}, is_cut=len(names) > len(kept))


def _sittings(actor: Actor, asked: Asked) -> QuerySet[Sitting]:
    rows = Sitting.objects.filter(_centres(actor, "session__"), session__state=SessionState.CLOSED)
    if asked.title:
        rows = rows.filter(session__version_of_title__title__code=asked.title)
    if asked.start:
        rows = rows.filter(session__starts_at__date__gte=asked.start)
    if asked.end:
        rows = rows.filter(session__starts_at__date__lte=asked.end)
    return rows


def _outcomes(rows: QuerySet[Sitting], by: By) -> Iterator[tuple[str, str]]:
    """Give the group and the outcome of each candidate; by CCP, of each CCP they went for."""
    decided = {
        sitting: (outcome, granted)
        for sitting, outcome, granted in Minutes.objects.filter(
            corrected_by=None, sitting__in=rows.values("pk")
        ).values_list("sitting_id", "content__decision__outcome", "content__decision__granted")
    }
    ccps = _ccps(rows) if by == "ccp" else {}
    for row in rows.select_related(
        "candidacy", "session__organisation", "session__version_of_title__title",
        "session__certificate",
    ):  # fmt: skip
        came = row.attendance == Attendance.PRESENT
        outcome, granted = decided.get(row.pk, ("", {}))
        if by != "ccp":
            yield _name(row, by), _class(outcome) if came else "absent"
            continue
        for number in _judged(row, ccps):
            gained = bool(granted.get("title")) or str(number) in {
                str(one["ccp"]) for one in granted.get("ccps") or ()
            }
            code = row.session.version_of_title.title.code
            yield f"{code} CCP {number}", ("full" if gained else "none") if came else "absent"


def _class(outcome: str) -> str:
    return {"granted": "full", "partial": "partial"}.get(outcome, "none")


def _name(row: Sitting, by: By) -> str:
    session = row.session
    if by == "title":
        title = session.version_of_title.title
        return f"{title.code} {title.short_name}".strip()
    if by == "path":
        return str(Path(row.candidacy.path).label)
    if by == "centre":
        return session.organisation.name
    return str(timezone.localtime(session.starts_at).year)


def _ccps(rows: QuerySet[Sitting]) -> dict[int, list[int]]:
    from compagnon.titles.models import Certificate

    found: dict[int, list[int]] = defaultdict(list)
    versions = rows.values("session__version_of_title")
    for version, number in (
        Certificate.objects.filter(version__in=versions, kind=CertificateKind.CCP)
        .order_by("number")
        .values_list("version_id", "number")
    ):
        found[version].append(number)
    return found


def _judged(row: Sitting, ccps: Mapping[int, Sequence[int]]) -> Sequence[int]:
    session = row.session
    if session.kind == SessionKind.TITLE:
        return ccps.get(session.version_of_title_id, ())
    if session.kind == SessionKind.CCP and session.certificate:
        return [session.certificate.number]
    return ()


def _masked(counted: Mapping[str, Counter[str]], *, is_cut: bool) -> Table:
    values: dict[tuple[str, str], int] = {}
    sums: list[tuple[tuple[str, str], list[tuple[str, str]]]] = []
    total: Counter[str] = Counter()
    for count in counted.values():
        total.update(count)
    for name, count in (*counted.items(), (TOTAL, total)):
        present = sum(count[part] for part in _PARTS)
        for part in ("absent", *_PARTS):
            values[name, part] = count[part]
        values[name, "present"] = present
        values[name, "entered"] = present + count["absent"]
        sums.append(((name, "present"), [(name, part) for part in _PARTS]))
        sums.append(((name, "entered"), [(name, "absent"), (name, "present")]))
    sums += [((TOTAL, part), [(name, part) for name in counted]) for part in COUNTS]
    shown = mask(values, sums)

    def group(name: str) -> Group:
        return Group(name, {part: shown[name, part] for part in COUNTS})

    return Table([group(name) for name in counted], group(TOTAL), is_cut)


@dataclass(frozen=True, slots=True)
class Failed:
    """A criterion: on how many evaluations it was marked, and found not acquired."""

    title: str
    competence: str
    criterion: str
    marked: int | None
    failed: int | None

    @property
    def share(self) -> int | None:
        """How many of a thousand failed; ``None`` where masked."""
        if self.failed is None or not self.marked:
            return None
        return round(1000 * self.failed / self.marked)


def failures(actor: Actor, asked: Asked, *, most: int = 50) -> list[Failed]:
    """Give the criteria that candidates fail most, from signed marks; small counts masked.

    Raises:
        Refused: the actor reads no centre's statistics.
    """
    _check(actor)
    rows = Mark.objects.filter(
        _centres(actor, "assessor__evaluation__candidacy__"),
        assessor__signed_at__isnull=False,
        assessor__evaluation__state=EvaluationState.SIGNED,
        criterion__isnull=False,
        followed_by=None,
        resolved_by=None,
    ).exclude(value=Value.NOT_SEEN)
    if asked.title:
        rows = rows.filter(competence__version__title__code=asked.title)
    if asked.start:
        rows = rows.filter(assessor__evaluation__starts_at__date__gte=asked.start)
    if asked.end:
        rows = rows.filter(assessor__evaluation__starts_at__date__lte=asked.end)
    failed = Count(
        "assessor__evaluation__candidacy", distinct=True, filter=Q(value=Value.NOT_ACQUIRED)
    )
    counted = (
        rows.values(
            "competence__version__title__code", "competence__number", "competence__name",
            "criterion__number", "criterion__text",
        )
        .annotate(marked=Count("assessor__evaluation__candidacy", distinct=True), failed=failed)
        .filter(failed__gt=0)
        .order_by("-failed", "competence__number", "criterion__number")[:most]
    )  # fmt: skip
    return [_failed(one) for one in counted]


def _failed(one: Mapping[str, Any]) -> Failed:
    values = {"marked": one["marked"], "failed": one["failed"]}
    values["passed"] = values["marked"] - values["failed"]
    shown = mask(values, [("marked", ["failed", "passed"])])
    return Failed(
        title=one["competence__version__title__code"],
        competence=f"{one['competence__number']}. {one['competence__name']}",
        criterion=f"{one['criterion__number']}. {one['criterion__text']}",
        marked=shown["marked"],
        failed=shown["failed"],
    )


def as_csv(table: Table) -> str:
    """Give the table; a masked count is «*»."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["group", *COUNTS])
    for group in (*table.groups, table.total):
        cells = ["*" if group.counts[name] is None else group.counts[name] for name in COUNTS]
        writer.writerow([harmless(group.name) or _("Total"), *cells])
    return out.getvalue()
