"""Work that proposes itself as evidence: what the journal tells, met with the centres' rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Prefetch

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.core.services import service
from compagnon.titles.evidence.matching import Rule, matching
from compagnon.titles.models import (
    Candidacy,
    CandidacyState,
    Competence,
    Evidence,
    EvidenceLink,
    EvidenceOrigin,
    EvidenceRule,
)
from compagnon.titles.services.candidacies import managed
from compagnon.titles.sources import Proposal, all_sources

OPEN = (CandidacyState.ENROLLED, CandidacyState.TRAINING, CandidacyState.READY)
LOOK_BACK = 5_000


@service("evidence.propose")
def gather(*, actor: Actor, entries: Sequence[Entry]) -> int:
    """Propose what these entries tell as evidence to the candidates who did it.

    What was proposed already, whatever became of it, is not proposed again.

    Returns:
        how many pieces of evidence were made.
    """
    going = _going()
    if not going:
        return 0
    made = 0
    candidates = frozenset(going)
    for source in all_sources():
        for proposal in source.propose(entries, candidates):
            made += sum(_propose(actor, one, proposal) for one in going[proposal.person_id])
    return made


@service("evidence.look_back")
def look_back(*, actor: Actor, candidacy_id: int) -> int:
    """Propose what the candidate did since the start of the candidacy, before rules were written.

    Reads the last 5,000 objects they worked on.

    Raises:
        NotFound, Refused: see :func:`candidacies.managed`.
    """
    candidacy = managed(actor=actor, candidacy_id=candidacy_id)
    own = Entry.objects.filter(
        actor_id=candidacy.person_id, occurred_at__date__gte=candidacy.starts_on
    )
    keys = list(own.order_by("-occurred_at").values_list("object_type", "object_id")[:LOOK_BACK])
    by_type: dict[str, set[int]] = defaultdict(set)
    for object_type, object_id in keys:
        by_type[object_type].add(object_id)
    entries: list[Entry] = []
    for object_type, ids in by_type.items():
        entries += Entry.objects.filter(object_type=object_type, object_id__in=ids)
    made = 0
    for source in all_sources():
        for proposal in source.propose(entries, frozenset({candidacy.person_id})):
            made += _propose(actor, candidacy, proposal)
    journal.record(
        actor=actor, verb="evidence.look_back", subject=candidacy, after={"proposed": made}
    )
    return made


def _going() -> dict[int, list[Candidacy]]:
    found: dict[int, list[Candidacy]] = defaultdict(list)
    for candidacy in Candidacy.objects.filter(state__in=OPEN):
        found[candidacy.person_id].append(candidacy)
    return found


def _propose(actor: Actor, candidacy: Candidacy, proposal: Proposal) -> int:
    if proposal.happened_at.date() < candidacy.starts_on:
        return 0
    rules = {
        rule.pk: rule
        for rule in EvidenceRule.objects.filter(
            organisation_id=candidacy.organisation_id,
            version_of_title_id=candidacy.version_of_title_id,
            kind=proposal.kind,
            is_active=True,
        ).prefetch_related(Prefetch("competences", Competence.objects.only("pk")))
    }
    met = matching(
        [Rule(rule.pk, rule.kind, rule.conditions) for rule in rules.values()],
        proposal.kind,
        proposal.facts,
    )
    competences = {one.pk for key in met for one in rules[key].competences.all()}
    if not competences:
        return 0
    evidence, made = Evidence.objects.get_or_create(
        candidacy=candidacy,
        origin=EvidenceOrigin.WORK,
        object_type=proposal.object_type,
        object_id=proposal.object_id,
        kind=proposal.kind,
        defaults={
            "entries": list(proposal.entry_ids),
            "facts": dict(proposal.facts),
            "happened_at": proposal.happened_at,
            "title": proposal.title,
        },
    )
    if made:
        _link(evidence, competences)
        journal.record(
            actor=actor,
            verb="evidence.propose",
            subject=evidence,
            organisation_id=candidacy.organisation_id,
            after={
                "candidacy_id": candidacy.pk,
                "kind": proposal.kind,
                "entries": len(proposal.entry_ids),
                "rules": sorted(met),
            },
        )
    return int(made)


def _link(evidence: Evidence, competences: Iterable[int]) -> None:
    EvidenceLink.objects.bulk_create(
        EvidenceLink(evidence=evidence, competence_id=key) for key in sorted(competences)
    )
