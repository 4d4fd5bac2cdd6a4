"""How the journal tells what happens to candidacies, evidence and dossiers."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.titles.models import Candidacy, Dossier, Evidence, EvidenceRule

journal_words.words(
    {
        "candidacy.enrol": (_("enrolled a candidate"), "user-plus"),
        "candidacy.move": (_("changed the state of a candidacy"), "progress"),
        "candidacy.check_identity": (_("checked an identity"), "fingerprint"),
        "candidacy.plan_period": (_("planned a period of training"), "calendar"),
        "candidacy.drop_period": (_("took a period off a plan"), "calendar-off"),
        "candidacy.record_absence": (_("recorded an absence"), "calendar-off"),
        "candidacy.justify_absence": (_("said whether an absence is justified"), "calendar-off"),
        "candidacy.grant_accommodation": (_("granted an accommodation"), "clock-hour-4"),
        "candidacy.ask_notice": (_("recorded an application for VAE"), "send"),
        "candidacy.answer_notice": (_("recorded the answer to an application"), "mail"),
        "candidacy.add_experience": (_("added an experience"), "briefcase"),
        "candidacy.record_held": (_("recorded a certificate held"), "certificate"),
        "candidacy.keep_until": (_("said until when a file is kept"), "clock"),
        "candidacy.forget": (_("erased the personal texts of a candidacy"), "eye-off"),
        "evidence.propose": (_("proposed work as evidence"), "sparkles"),
        "evidence.look_back": (_("proposed the work done so far"), "refresh"),
        "evidence.choose": (_("chose evidence"), "square-check"),
        "evidence.set_aside": (_("set evidence aside"), "x"),
        "evidence.add_outside": (_("added work done elsewhere"), "plus"),
        "evidence.tell": (_("told what they did"), "pencil"),
        "evidence.attach": (_("attached a file to evidence"), "paperclip"),
        "evidence.detach": (_("took a file off evidence"), "trash"),
        "evidence.attest": (_("attested evidence"), "writing-sign"),
        "evidence_rule.save": (_("wrote an evidence rule"), "checklist"),
        "evidence_rule.remove": (_("removed an evidence rule"), "trash"),
        "evidence_rule.install": (_("added the product’s evidence rules"), "download"),
        "dossier.write": (_("wrote in a dossier"), "pencil"),
        "dossier.write_example": (_("wrote an example of practice"), "pencil"),
        "dossier.drop_example": (_("took an example out of a dossier"), "trash"),
        "dossier.add_annex": (_("added an annex to a dossier"), "paperclip"),
        "dossier.drop_annex": (_("took an annex out of a dossier"), "trash"),
        "dossier.declare": (_("declared a dossier on honour"), "writing-sign"),
        "dossier.reopen": (_("reopened a dossier"), "lock-open"),
    }
)


@journal_words.subjects(Candidacy)
def candidacies(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name candidacies by their reference."""
    rows = visible(Candidacy, actor).filter(pk__in=keys)
    return {
        row.pk: Subject(row.reference, reverse("titles:candidacy_detail", args=[row.pk]))
        for row in rows
    }


@journal_words.subjects(Evidence)
def evidence(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name evidence by its title."""
    rows = visible(Evidence, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.title, reverse("titles:evidence", args=[row.pk])) for row in rows}


@journal_words.subjects(Dossier)
def dossiers(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name dossiers by their candidacy."""
    rows = visible(Dossier, actor).filter(pk__in=keys).select_related("candidacy")
    return {
        row.pk: Subject(row.candidacy.reference, reverse("titles:dossier", args=[row.candidacy_id]))
        for row in rows
    }


@journal_words.subjects(EvidenceRule)
def rules(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name rules by their name."""
    rows = visible(EvidenceRule, actor).filter(pk__in=keys)
    return {
        row.pk: Subject(row.name, reverse("titles:evidence_rule_change", args=[row.pk]))
        for row in rows
    }
