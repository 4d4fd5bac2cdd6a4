"""An outline as a JSON document, for programs and for the preview of an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from compagnon.titles.importing.outline import (
    Activity,
    Code,
    Competence,
    Criterion,
    Loss,
    Recognised,
    Table,
    Transversal,
)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def document_of(found: Recognised) -> dict[str, Any]:
    """Give what was recognised, with the loss report under ``losses``."""
    certificates = [certificate_of(one, found) for one in found.activities]
    return {
        "kind": found.kind,
        "title": found.title,
        "code": found.code or found.rncp or None,
        "short_name": found.short_name or None,
        "version": found.version or None,
        "rncp": found.rncp or None,
        "authority": found.authority or None,
        "dates": {
            "validated": _day(found.validated_on),
            "updated": _day(found.updated_on),
            "valid_from": _day(found.valid_from),
            "valid_to": _day(found.valid_to),
        },
        "levels": [_code(one, "nomenclature") for one in found.levels],
        "nsf": [_code(one) for one in found.nsf],
        "rome": [_code(one, "nomenclature") for one in found.rome],
        "formacode": [_code(one) for one in found.formacode],
        "texts": [
            {
                "reference": one.reference,
                "signed": _day(one.signed_on),
                "published": _day(one.published_on),
            }
            for one in found.texts
        ],
        "regulation": found.regulation or None,
        "links": found.links or None,
        "activities": [activity_of(one) for one in found.activities],
        "certificates": certificates,
        "ccps": [one for one in certificates if one["kind"] == "ccp"],
        "blocks": [
            {"number": one.block, "code": one.block_code or None, "name": one.name,
             "activity": one.number}
            for one in sorted(found.activities, key=lambda each: each.block or 0)
            if one.block is not None
        ],
        "transversal": [_transversal(one) for one in found.transversal],
        "requirements": [
            {"certificate": one["number"], "name": one["name"], "requirement": one["requirement"]}
            for one in certificates
        ],
        "correspondences": [line for table in found.correspondences for line in lines_of(table)],
        "access": [asdict(one) for one in found.access],
        "replaces": found.replaces,
        "replaced_by": found.replaced_by,
        "facts": found.facts,
        "losses": losses_of(found),
    }  # fmt: skip


def losses_of(found: Recognised) -> dict[str, Any]:
    """Give the loss report: counted, not matched, ambiguous, furniture removed."""
    return {
        "counted": found.losses.counted,
        "unmatched": [_loss(one) for one in found.losses.unmatched],
        "ambiguous": [_loss(one) for one in found.losses.ambiguous],
        "furniture": dict(sorted(found.losses.furniture.items())),
    }


def _loss(one: Loss) -> dict[str, Any]:
    return {"why": one.why, "text": one.text, "line": one.line or None}


def _code(one: Code, edition: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"code": one.code, "label": one.label or None}
    return {**told, edition: one.edition or None} if edition else told


def activity_of(one: Activity) -> dict[str, Any]:
    """Give an activity type with its competences."""
    return {
        "number": one.number,
        "name": one.name,
        "extension": one.certificate == "ccs",
        "description": one.description or None,
        "regulation": one.regulation or None,
        "block": one.block,
        "competences": [_competence(each) for each in one.competences],
    }


def certificate_of(one: Activity, found: Recognised) -> dict[str, Any]:
    """Give the certificate to which an activity type leads, and what it takes."""
    names = {number: each.name for number, each in found.competences().items()}
    return {
        "number": one.number,
        "kind": one.certificate,
        "name": one.name,
        "activity": one.number,
        "block": one.block,
        "block_code": one.block_code or None,
        "competences": [each.number for each in one.competences],
        "requirement": _named(one.expression(), names),
    }


def _named(expression: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """Give the expression with the competences' names beside their numbers."""
    if "competence" in expression:
        number = expression["competence"]
        return {"competence": number, "name": names.get(number, "")}
    return {
        key: [_named(term, names) for term in value] if isinstance(value, list) else value
        for key, value in expression.items()
    }


def _competence(one: Competence) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "mark": one.mark or None,
        "description": one.description or None,
        "context": one.context or None,
        "criteria": [_criterion(each) for each in one.criteria],
        "knowledge": [{"text": each.text, "kind": each.kind or None} for each in one.knowledge],
    }


def _transversal(one: Transversal) -> dict[str, Any]:
    return {
        "name": one.name,
        "description": one.description or None,
        "criteria": [_criterion(each) for each in one.criteria],
    }


def _criterion(one: Criterion) -> dict[str, Any]:
    return {"text": one.text, "kind": one.kind}


def lines_of(table: Table) -> list[dict[str, Any]]:
    """Give the lines of a table of correspondences."""
    old, new = (
        {"title": side.title or None, "text": side.text or None, "signed": _day(side.signed_on)}
        for side in (table.old, table.new)
    )
    return [
        {
            "from": line.sources,
            "to": line.targets,
            "none": line.none,
            "needs": line.needs,
            "status": "unclear" if line.doubt else "settled",
            "doubt": line.doubt or None,
            "old": old,
            "new": new,
            "citation": table.citation or None,
        }
        for line in table.lines
    ]
