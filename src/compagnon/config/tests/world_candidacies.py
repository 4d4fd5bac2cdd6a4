"""Candidacies, evidence and dossiers of each client, for the walk of every route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.people.tests import factories as people
from compagnon.titles.models import Competence, Path, TitleVersion
from compagnon.titles.services import candidacies, dossiers, evidence, evidence_rules, rights


def _of(name: str) -> Callable[[Any], list[Any]]:
    return lambda side: [side.objects[name].pk]


def _words(*values: Any) -> Callable[[Any], list[Any]]:
    return lambda _side: list(values)


_PAGE, _API = "titles/candidacies/<candidacy_id>", "api/v1/candidacies/<candidacy_id>"
PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "titles/candidacies/<pk>": _of("candidacy"),
    _PAGE: _of("candidacy"),
    f"{_PAGE}/do/<name>": _words(
        "move", "identity", "period", "drop-period", "absence", "justify", "accommodation",
        "ask-notice", "answer-notice", "experience", "held", "look-back", "keep", "forget",
    ),
    f"{_PAGE}/documents/<kind>": _words("notice"),
    f"{_PAGE}/documents/<kind>/<key>": _of("notice"),
    f"{_PAGE}/dossier/examples/<example_id>": _of("example"),
    f"{_PAGE}/dossier/do/<name>": _words(
        "drop-example", "add-annex", "drop-annex", "declare", "reopen"
    ),
    f"{_PAGE}/dossier/annexes/<annex_id>": _of("annex"),
    "titles/evidence/<evidence_id>": _of("evidence"),
    "titles/evidence/<evidence_id>/do/<name>": _words(
        "choose", "set-aside", "attach", "detach", "attest"
    ),
    "titles/evidence/<evidence_id>/files/<file_id>": _of("evidence_file"),
    "titles/evidence-rules/<rule_id>": _of("evidence_rule"),
    _API: _of("candidacy"),
    f"{_API}/documents/<kind>": _words("notice"),
    f"{_API}/documents/<kind>/<key>": _of("notice"),
    f"{_API}/periods/<period_id>": _of("period"),
    f"{_API}/absences/<absence_id>": _of("absence"),
    f"{_API}/dossier/examples/<example_id>": _of("example"),
    f"{_API}/dossier/annexes/<annex_id>": _of("annex"),
    "api/v1/evidence/<evidence_id>": _of("evidence"),
    "api/v1/evidence/<evidence_id>/files/<file_id>": _of("evidence_file"),
    "api/v1/evidence-rules/<rule_id>": _of("evidence_rule"),
}  # fmt: skip


def furnish(side: Any, mark: str) -> None:
    """Add to a client one more candidate with all that hangs on a candidacy."""
    system = Actor.system("tests")
    version = TitleVersion.objects.get(title__code="TP-00485", label="2013")
    person = people.person(side.organisation, "Élie", f"{mark}-Candidat")
    row = candidacies.enrol(
        actor=system, person=person, centre=side.organisation, version=version, path=Path.VAE,
        starts_on=date(2026, 1, 5), trainer=side.manager, plan=f"Plan de {mark}",
    )  # fmt: skip
    of: dict[str, Any] = {"actor": system, "candidacy_id": row.pk}
    period = candidacies.plan_period(
        kind="company", starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 27),
        subject=f"Stage {mark}", company=side.organisation, tutor=side.manager, **of,
    )  # fmt: skip
    absence = candidacies.record_absence(
        starts_at=datetime(2026, 2, 3, 8, tzinfo=UTC),
        ends_at=datetime(2026, 2, 3, 17, tzinfo=UTC),
        **of,
    )
    rights.grant_accommodation(
        kind="room", granted_on=date(2026, 1, 6), details=f"Salle {mark}", **of
    )
    rights.ask_notice(asked_on=date(2026, 1, 6), **of)
    notice = rights.answer_notice(
        state="admissible", notified_on=date(2026, 2, 1),
        file=files.store(f"Avis {mark}".encode()), **of,
    )  # fmt: skip
    rights.add_experience(
        employer=f"Ateliers {mark}", role=f"Aide {mark}", starts_on=date(2020, 1, 1), **of
    )
    rights.record_held(
        actor=system, person=person, centre=side.organisation, version=version,
        certificate=version.certificates.get(number=1), gained_on=date(2025, 6, 1),
        decision_reference=f"PV {mark}",
    )  # fmt: skip
    mine = people.actor(person)
    made = evidence.add_outside(
        actor=mine, candidacy_id=row.pk, happened_at=datetime(2026, 2, 2, tzinfo=UTC),
        texts={"title": f"Câblage {mark}", "did": f"Posé chez {mark}"},
        shown=[(Competence.objects.get(version=version, number=1), None)],
    )  # fmt: skip
    kept = evidence.attach(
        actor=mine, evidence_id=made.pk, name=f"{mark}.txt", content=f"Vu {mark}".encode()
    )
    example = dossiers.write_example(
        actor=mine, candidacy_id=row.pk, activity=version.activities.get(number=1), texts={},
        evidence=[made],
    )  # fmt: skip
    annex = dossiers.add_annex(
        actor=mine, candidacy_id=row.pk, name=f"{mark}.txt", content=f"Annexe {mark}".encode()
    )
    rule = evidence_rules.save(
        actor=system, organisation=side.organisation, version_of_title=version,
        name=f"Règle {mark} {row.pk}", kind="ticket.solved", conditions={}, numbers=[1],
    )  # fmt: skip
    side.objects.update(
        candidacy=row, period=period, absence=absence, notice=notice, evidence=made,
        evidence_file=kept, example=example, annex=annex, evidence_rule=rule,
    )  # fmt: skip
