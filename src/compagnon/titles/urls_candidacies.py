"""Routes of candidacies, evidence, its rules, and practice dossiers."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.titles.resources import CANDIDACIES
from compagnon.titles.views import candidacies, dossiers, evidence, evidence_rules

_OF = "candidacies/<int:candidacy_id>/"
_PIECE = "evidence/<int:evidence_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("mine/", evidence.my_title, name="my_title"),
    path("candidacies/add/", candidacies.enrol, name="candidacy_add"),
    path("candidacies/<int:pk>/", candidacies.candidacy, name="candidacy_detail"),
    path("candidacies/", include(CANDIDACIES.urls())),
    path(f"{_OF}do/<slug:name>/", candidacies.do, name="candidacy_do"),
    path(
        f"{_OF}documents/<slug:kind>/<int:key>/",
        candidacies.document,
        name="candidacy_document",
    ),
    path(f"{_OF}evidence/", evidence.coverage, name="coverage"),
    path(f"{_OF}evidence/add/", evidence.add_outside, name="evidence_add"),
    path(f"{_OF}dossier/", dossiers.dossier, name="dossier"),
    path(f"{_OF}dossier/write/", dossiers.write, name="dossier_write"),
    path(f"{_OF}dossier/examples/add/", dossiers.example_add, name="example_add"),
    path(
        f"{_OF}dossier/examples/<int:example_id>/",
        dossiers.example_change,
        name="example_change",
    ),
    path(f"{_OF}dossier/do/<slug:name>/", dossiers.do, name="dossier_do"),
    path(f"{_OF}dossier/annexes/<int:annex_id>/", dossiers.annex, name="dossier_annex"),
    path(f"{_OF}dossier.pdf", dossiers.pdf, name="dossier_pdf"),
    path(f"{_OF}dossier.zip", dossiers.archive, name="dossier_archive"),
    path(_PIECE, evidence.piece, name="evidence"),
    path(f"{_PIECE}tell/", evidence.tell, name="evidence_tell"),
    path(f"{_PIECE}mask/", evidence.masking, name="evidence_mask"),
    path(f"{_PIECE}do/<slug:name>/", evidence.do, name="evidence_do"),
    path(f"{_PIECE}files/<int:file_id>/", evidence.document, name="evidence_file"),
    path("attesting/", evidence.attesting, name="attesting"),
    path("evidence-rules/", evidence_rules.rule_list, name="evidence_rule_list"),
    path("evidence-rules/add/", evidence_rules.rule_add, name="evidence_rule_add"),
    path("evidence-rules/install/", evidence_rules.rule_install, name="evidence_rule_install"),
    path("evidence-rules/<int:rule_id>/", evidence_rules.rule_change, name="evidence_rule_change"),
    path(
        "evidence-rules/<int:rule_id>/remove/",
        evidence_rules.rule_remove,
        name="evidence_rule_remove",
    ),
]
