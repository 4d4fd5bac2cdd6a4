"""The file of a lot of electrical waste, ready for an auditor: CSV, PDF, proofs and digests.

Categories are those of directive 2012/19/EU (annex III, in force since 15 August 2018); wiping is
told in the words of NIST SP 800-88 revision 1 (section 2.5).
"""

from __future__ import annotations

import csv
import hashlib
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core import files
from compagnon.core.documents.engine import Standard, render
from compagnon.core.models import StoredFile
from compagnon.park.models import Disposal, DisposedAsset, WasteCategory

TEMPLATES = Path(__file__).parent / "templates"
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
EPOCH = (1980, 1, 1, 0, 0, 0)
COLUMNS = (
    "asset", "inventory_number", "serial", "manufacturer", "model", "category",
    "category_name", "weight_kg", "wiping", "wiped_by", "wiped_on", "proof", "proof_sha256",
)  # fmt: skip


def weights(items: Sequence[DisposedAsset]) -> dict[int, Decimal]:
    """Give the kg of each category."""
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for item in items:
        found[item.category] += item.weight_kg
    return dict(sorted(found.items()))


def table(items: Sequence[DisposedAsset]) -> str:
    """Give the CSV: one line an asset; nothing that a spreadsheet would run."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in items:
        asset = item.asset
        cells = (
            asset.name,
            asset.inventory_number,
            asset.serial,
            asset.manufacturer,
            asset.model,
            item.category,
            WasteCategory(item.category).label,
            item.weight_kg,
            item.wiping,
            item.wiped_by,
            item.wiped_on or "",
            _proof_path(item) if item.proof else "",
            item.proof.sha256 if item.proof else "",
        )
        writer.writerow([_inert(str(cell)) for cell in cells])
    return out.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def safe_name(name: str) -> str:
    """Give a file's name with letters that every archive program takes."""
    kept = "".join(one if one in SAFE else "_" for one in PurePosixPath(name).name)
    return kept.lstrip(".")[-80:] or "file"


def _proof_path(item: DisposedAsset) -> str:
    return f"proofs/{item.pk}-{safe_name(item.proof_name)}"


def report(lot: Disposal, items: Sequence[DisposedAsset]) -> bytes:
    """Give the PDF of a lot.

    Raises:
        CompagnonError: as :func:`compagnon.core.documents.engine.render`.
    """
    sums = weights(items)
    facts = [
        (_("Collector"), lot.collector),
        (_("Collected on"), date_format(lot.collected_on)),
        (_("Certificate"), lot.certificate_number or _("none yet")),
        (_("Assets"), str(len(items))),
        (_("Weight"), f"{sum(sums.values(), Decimal(0))} kg"),
    ]
    proofs = [f"{_proof_path(item)} · {item.proof.sha256}" for item in items if item.proof]
    if lot.certificate:
        proofs.insert(0, f"{_certificate_path(lot)} · {lot.certificate.sha256}")
    return render(
        TEMPLATES / "waste.typ",
        {
            "title": _("Disposal %(number)s") % {"number": lot.pk},
            "author": lot.organisation.name,
            "language": get_language() or "fr",
            "reference": f"{lot.collector[:60]}",
            "footer": _("Disposal %(number)s") % {"number": lot.pk},
            "heading": _("Disposal of electrical equipment"),
            "subheading": lot.organisation.name,
            "facts": [{"label": label, "value": value} for label, value in facts],
            "sums_heading": _("Weight by category (directive 2012/19/EU, annex III)"),
            "sums": [
                {"label": str(WasteCategory(key).label), "value": f"{value} kg"}
                for key, value in sums.items()
            ],
            "items_heading": _("Equipment"),
            "columns": [_("Asset"), _("Category"), _("Weight"), _("Data wiping")],
            "items": [_row(item) for item in items],
            "proofs_heading": _("Proofs and their SHA-256"),
            "proofs": proofs or [_("none")],
            "nature": _(
                "Data wiping is told in the words of NIST SP 800-88 revision 1 (clear, purge, "
                "destroy). The collector's certificate is theirs; this file says what was given "
                "to them and keeps the proofs."
            ),
        },
        standard=Standard.ACCESSIBLE,
        made_at=lot.closed_at,
    )


def _row(item: DisposedAsset) -> list[str]:
    asset = item.asset
    numbers = " · ".join(filter(None, (asset.name, asset.inventory_number, asset.serial)))
    wiping = str(item.get_wiping_display())
    if item.wiped_by:
        wiping = (
            f"{wiping} — {item.wiped_by}, {date_format(item.wiped_on) if item.wiped_on else ''}"
        )
    return [numbers, str(item.category), f"{item.weight_kg} kg", wiping]


def _certificate_path(lot: Disposal) -> str:
    return f"certificate-{safe_name(lot.certificate_name)}"


def archive(lot: Disposal, items: Sequence[DisposedAsset]) -> bytes:
    """Give the ZIP for an auditor: the table, the report, the proofs, and every digest.

    Raises:
        CompagnonError: as :func:`report`.
        NotFound: a proof's bytes are gone from the disk.
    """
    parts: dict[str, bytes] = {
        "equipment.csv": ("\ufeff" + table(items)).encode(),
        "report.pdf": report(lot, items),
    }
    if lot.certificate:
        parts[_certificate_path(lot)] = _bytes(lot.certificate)
    for item in items:
        if item.proof:
            parts[_proof_path(item)] = _bytes(item.proof)
    lines = [f"{hashlib.sha256(part).hexdigest()}  {name}" for name, part in parts.items()]
    parts["SHA256SUMS"] = ("\n".join(lines) + "\n").encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(zipfile.ZipInfo(name, EPOCH), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _bytes(stored: StoredFile) -> bytes:
    with files.open_file(stored) as opened:
        return opened.read()
