"""An attestation as a W3C credential (Data Model 2.0) that is an Open Badge 3.0.

Only words that both contexts define are used, so that all of it is signed. The holder is named by
an `IdentityObject` in clear, as on the paper; there is no identifier of the person.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from compagnon.titles.proving import contexts, moments
from compagnon.titles.proving.documents import Document
from compagnon.titles.proving.errors import Unproven
from compagnon.titles.proving.statement import Kind, Statement

_WORDS = {
    "fr": {
        Kind.TITLE: "Titre professionnel",
        Kind.CCP: "Certificat de compétences professionnelles",
        Kind.CCS: "Certificat complémentaire de spécialisation",
        "name": "Attestation",
        "criteria": "Décision d’un jury selon le référentiel du titre {code}{version}.",
        "version": ", version {version}",
        "level": " Niveau {level}.",
        "decision": "Décision du jury",
        "of": " du titre professionnel {name}",
        "not": " Attestation du centre : elle ne remplace pas le parchemin délivré par l’État.",
    },
    "en": {
        Kind.TITLE: "Professional title",
        Kind.CCP: "Certificate of professional competences",
        Kind.CCS: "Complementary certificate of specialisation",
        "name": "Attestation",
        "criteria": "Decision of a jury by the referential of the title {code}{version}.",
        "version": ", version {version}",
        "level": " Level {level}.",
        "decision": "Decision of the jury",
        "of": " of the professional title {name}",
        "not": " Attestation of the centre: it does not stand for the State's parchment.",
    },
}
_TYPES = {Kind.TITLE: "Certification", Kind.CCP: "MicroCredential", Kind.CCS: "Certification"}


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """Where a withdrawal would be told: the address of a status list, and the place in it."""

    url: str
    index: int


def build(statement: Statement, *, issuer: str, status: StatusPlace | None) -> Document:
    """Write the credential, without its proof.

    Args:
        issuer: the did:key of who will sign it.
    """
    words = _WORDS.get(statement.language, _WORDS["en"])
    version = words["version"].format(version=statement.version) if statement.version else ""
    document: Document = {
        "@context": [contexts.CREDENTIALS, contexts.OPEN_BADGES],
        "id": statement.page,
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": f"{words['name']} {statement.number}",
        "issuer": {"id": issuer, "type": ["Profile"], "name": statement.issuer},
        "validFrom": moments.in_utc(statement.issued_at),
        "awardedDate": moments.in_utc(datetime.combine(statement.decided_on, time(), UTC)),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": ["IdentityObject"],
                    "hashed": False,
                    "identityHash": statement.holder,
                    "identityType": "name",
                }
            ],
            "licenseNumber": statement.number,
            "achievement": {
                "id": uuid.uuid5(uuid.NAMESPACE_OID, statement.code).urn,
                "type": ["Achievement"],
                "achievementType": _TYPES[statement.kind],
                "name": statement.achievement,
                "humanCode": statement.code,
                "fieldOfStudy": f"{statement.title_code} {statement.title_name}",
                "description": _description(statement, words),
                "criteria": {
                    "narrative": words["criteria"].format(
                        code=statement.title_code, version=version
                    )
                },
                "inLanguage": statement.language,
                **({"version": statement.version} if statement.version else {}),
            },
        },
    }
    if statement.decision:
        document["evidence"] = [
            {"type": ["Evidence"], "name": words["decision"], "narrative": statement.decision}
        ]
    if status is not None:
        document["credentialStatus"] = {
            "id": f"{status.url}#{status.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(status.index),
            "statusListCredential": status.url,
        }
    return document


def _description(statement: Statement, words: dict[Any, str]) -> str:
    text = words[statement.kind]
    if statement.kind is not Kind.TITLE:
        text += words["of"].format(name=statement.title_name)
    text += "."
    if statement.level:
        text += words["level"].format(level=statement.level)
    return text + words["not"]


def read(document: Document) -> Statement:
    """Read back what a credential of this form states.

    Raises:
        Unproven: ``another-form``: it is no attestation as :func:`build` writes them.
    """
    try:
        subject = document["credentialSubject"]
        achievement = subject["achievement"]
        (identity,) = subject["identifier"]
        if "AchievementCredential" not in document["type"] or identity["hashed"] is not False:
            raise Unproven("another-form")
        title_code, _space, title_name = achievement["fieldOfStudy"].partition(" ")
        element = achievement["humanCode"].removeprefix(title_code).strip()
        evidence = document.get("evidence") or [{}]
        statement = Statement(
            kind=kind_of(element),
            number=subject["licenseNumber"],
            holder=identity["identityHash"],
            title_code=title_code,
            title_name=title_name,
            element_code=element,
            element_name=achievement["name"] if element else "",
            version=achievement.get("version", ""),
            decided_on=_day(document["awardedDate"]),
            decision=evidence[0].get("narrative", ""),
            issuer=document["issuer"]["name"],
            issued_at=moments.read(document["validFrom"]),
            page=document["id"],
            language=achievement["inLanguage"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Unproven("another-form", repr(error)[:100]) from error
    if not all(
        isinstance(getattr(statement, name), str)
        for name in ("number", "holder", "version", "decision", "issuer", "page", "language")
    ):
        raise Unproven("another-form", "a text is none")
    return statement


def kind_of(element: str) -> Kind:
    """Tell what a certificate's code is of: «CCP 1», «CCS 1»; no code is the whole title."""
    if not element:
        return Kind.TITLE
    return Kind.CCS if element.upper().startswith("CCS") else Kind.CCP


def _day(text: object) -> date:
    return moments.read(text).astimezone(UTC).date()


def status_place(document: Document) -> StatusPlace | None:
    """Give where a withdrawal of this credential would be told; ``None`` when nowhere.

    Raises:
        Unproven: ``another-form``: it says so in another way than ours.
    """
    status = document.get("credentialStatus")
    if status is None:
        return None
    if (
        not isinstance(status, dict)
        or status.get("type") != "BitstringStatusListEntry"
        or status.get("statusPurpose") != "revocation"
        or not isinstance(status.get("statusListCredential"), str)
        or not isinstance(status.get("statusListIndex"), str)
        or not status["statusListIndex"].isascii()
        or not status["statusListIndex"].isdigit()
        or len(status["statusListIndex"]) > 9
    ):
        raise Unproven("another-form", "credentialStatus")
    return StatusPlace(status["statusListCredential"], int(status["statusListIndex"]))
