"""The sheet of a hand-over or of a return."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core import files
from compagnon.core.documents.engine import Standard, render
from compagnon.core.errors import Invalid
from compagnon.park.models import CustodySheet, SheetKind
from compagnon.park.services.custody import names_of

TEMPLATES = Path(__file__).parent / "templates"


def custody(sheet: CustodySheet) -> bytes:
    """Give the PDF of a sheet, signed or to be signed.

    Args:
        sheet: with its asset, people, places and signature.

    Raises:
        CompagnonError: as :func:`compagnon.core.documents.engine.render`.
    """
    said, handing = names_of(sheet), sheet.kind == SheetKind.HAND_OVER
    heading = _("Hand-over of equipment") if handing else _("Return of equipment")
    facts = [
        (_("Asset"), said["asset"]),
        (_("Type"), _(said["type"])),
        (_("Model"), said["model"]),
        (_("Serial number"), said["serial"]),
        (_("Inventory number"), said["inventory_number"]),
        (_("Person"), said["person"]),
        (_("Team"), said["team"]),
        (_("Site"), said["site"]),
        (_("Stock place"), said["place"]),
        (_("Prepared on"), _moment(sheet.prepared_at)),
    ]
    texts = [(_("Accessories"), sheet.accessories), (_("Condition"), sheet.condition)]
    signed = ""
    if sheet.signed_at:
        signed = _("Signed by %(name)s on %(moment)s") % {
            "name": sheet.signed_name,
            "moment": _moment(sheet.signed_at),
        }
    data = {
        "title": f"{heading} {sheet.pk}",
        "author": said["organisation"],
        "language": get_language() or "fr",
        "reference": said["inventory_number"] or said["asset"],
        "footer": f"{heading} {sheet.pk}",
        "heading": heading,
        "subheading": _("Sheet %(number)s") % {"number": sheet.pk},
        "facts": [{"label": str(a), "value": b} for a, b in facts if b],
        "texts": [{"label": str(a), "value": b} for a, b in texts if b],
        "statement": _("I have received this equipment as described above.")
        if handing
        else _("I have given this equipment back as described above."),
        "drawn": _drawn(sheet),
        "drawn_alt": _("Signature"),
        "signed": signed or _("Not signed yet"),
        "seal": _("Seal (SHA-256): %(digest)s") % {"digest": sheet.digest} if sheet.digest else "",
    }
    template = TEMPLATES / "custody.typ"
    try:
        return render(template, data, standard=Standard.ACCESSIBLE, made_at=sheet.signed_at)
    except Invalid:
        # What was sent as a signature is no picture that can be drawn: the name stands.
        data["drawn"] = ""
        return render(template, data, standard=Standard.ACCESSIBLE, made_at=sheet.signed_at)


def _moment(at: object) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")  # type: ignore[arg-type]


def _drawn(sheet: CustodySheet) -> list[int] | str:
    """Give the picture's bytes as numbers, which JSON carries and Typst takes."""
    if sheet.signature is None:
        return ""
    with files.open_file(sheet.signature) as opened:
        return list(opened.read())
