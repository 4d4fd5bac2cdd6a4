"""Sheets of labels with QR codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core.documents.engine import Standard, render
from compagnon.core.errors import Invalid
from compagnon.park import codes
from compagnon.park.models import Asset

TEMPLATES = Path(__file__).parent / "templates"
MOST = 500


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of A4 labels; millimetres."""

    columns: int
    rows: int
    width: float
    height: float
    code: float

    @property
    def margins(self) -> tuple[float, float]:
        """What remains of A4 beside and above."""
        return (210 - self.columns * self.width) / 2, (297 - self.rows * self.height) / 2

    @property
    def count(self) -> int:
        """How many on a sheet."""
        return self.columns * self.rows


PAPERS = {
    "3x8": Paper(3, 8, 70, 37, 26),
    "2x7": Paper(2, 7, 99.1, 38.1, 30),
    "4x10": Paper(4, 10, 48.5, 25.4, 17),
}


def labels(assets: Sequence[Asset], *, paper: str = "3x8", skip: int = 0) -> bytes:
    """Give the PDF of labels.

    Args:
        paper: of :data:`PAPERS`.
        skip: labels of the first sheet that are used already.

    Raises:
        Invalid: no asset, too many, no such paper.
    """
    sheet = PAPERS.get(paper)
    if sheet is None or not 0 <= skip < sheet.count:
        raise Invalid(_("There is no such sheet of labels."))
    if not 0 < len(assets) <= MOST:
        raise Invalid(_("Choose 1 to %(most)s assets.") % {"most": MOST})
    beside, above = sheet.margins
    return render(
        TEMPLATES / "labels.typ",
        {
            "title": _("Labels"),
            "author": "Compagnon",
            "language": get_language() or "fr",
            "columns": sheet.columns,
            "width": sheet.width,
            "height": sheet.height,
            "code": sheet.code,
            "margin_x": beside,
            "margin_y": above,
            "labels": [None] * skip + [label(asset) for asset in assets],
        },
        standard=Standard.ACCESSIBLE,
    )


def label(asset: Asset) -> dict[str, Any]:
    """Give what a label says."""
    number = asset.inventory_number or f"#{asset.pk}"
    note = " · ".join(filter(None, (asset.serial[:24], asset.organisation.name[:28])))
    return {
        "qr": qr_svg(codes.write(settings.BASE_URL, asset.pk)),
        "alt": number,
        "number": number[:22],
        "name": asset.name[:30],
        "note": note,
    }


def qr_svg(text: str) -> str:
    """Give a QR code as SVG."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
