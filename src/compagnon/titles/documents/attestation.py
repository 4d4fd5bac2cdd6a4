"""The page of an attestation: what the centre attests, and how to check it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from django.utils import translation
from django.utils.translation import gettext as _

from compagnon.titles.documents.engine import Attached, Standard, render
from compagnon.titles.proving import links, reading
from compagnon.titles.proving.documents import Document, write_document
from compagnon.titles.proving.statement import Kind, Statement, long_date


def attestation(statement: Statement, credential: Document) -> bytes:
    """Give the PDF/A-3a of an attestation, its credential attached; to be signed.

    Raises:
        CompagnonError: as :func:`~compagnon.titles.documents.engine.render`.
    """
    with translation.override(statement.language):
        return render(
            "attestation",
            _data(statement, links.write(statement.page, statement.number, credential)),
            standard=Standard.ARCHIVE,
            attached=[
                Attached(
                    reading.ATTACHMENT,
                    write_document(credential).decode(),
                    "application/ld+json",
                    _("The same fact as a verifiable credential (Open Badges 3.0)"),
                )
            ],
            made_at=statement.issued_at,
        )


def _data(statement: Statement, link: str) -> dict[str, Any]:
    gained = {
        Kind.TITLE: _("holds, by the jury's decision of %(date)s, the professional title"),
        Kind.CCP: _(
            "gained, by the jury's decision of %(date)s, the certificate of professional "
            "competences"
        ),
        Kind.CCS: _(
            "gained, by the jury's decision of %(date)s, the complementary certificate of "
            "specialisation"
        ),
    }[statement.kind]
    decided = long_date(statement.decided_on, statement.language)
    facts = [
        (_("Title"), f"{statement.title_code} — {statement.title_name}"),
        (_("Version of the referential"), statement.version),
        (_("Level"), statement.level),
        (_("Decision"), statement.decision),
        (_("Issued on"), long_date(statement.issued_at.date(), statement.language)),
    ]
    return {
        "title": f"{_('Attestation')} {statement.number}",
        "author": statement.issuer,
        "language": statement.language,
        "reference": statement.number,
        "footer": _("Attestation %(number)s") % {"number": statement.number},
        "heading": _("Attestation"),
        "subheading": _("No. %(number)s") % {"number": statement.number},
        "opening": _("%(issuer)s attests that") % {"issuer": statement.issuer},
        "holder": statement.holder,
        "gained": gained % {"date": decided},
        "achievement": statement.achievement,
        "achievement_note": statement.code,
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "qr": _qr(link),
        "qr_alt": _("QR code to check this attestation"),
        "page": statement.page,
        "how_to_check": _(
            "Scan the code or open this address to see whether this attestation still holds. The "
            "file itself can be checked without any network: it is signed, and carries the same "
            "fact as a signed credential."
        ),
        "nature": _(
            "This attestation is the centre's own. It does not stand for the parchment nor for the "
            "booklet of certification, which the State's authority issues."
        ),
    }


def _qr(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
