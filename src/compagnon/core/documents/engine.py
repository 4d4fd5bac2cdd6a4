"""Make a PDF of a template of ours and of data; nothing of the data is ever read as a template.

A template is a Typst file of a room's ``documents/templates/``. It reads
``json(bytes(sys.inputs.data))`` and shows its values as texts: Typst evaluates nothing in a text,
so hostile data stays letters. It holds no words of its own: labels come with the data, in the
document's language.

Measured on one core: 5 ms a page, 0.1 s the first time (fonts).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Invalid, NotFound, TooLarge

# A template reads nothing above it: its room's files and the frame of ``core``.
ROOT = Path(__file__).parent.parent.parent
MOST_DATA_BYTES = 2 * 1024 * 1024
MOST_ATTACHED_BYTES = 10 * 1024 * 1024
MOST_TEXT = 50_000


class Standard(StrEnum):
    """What the PDF conforms to; Typst refuses to write one that does not."""

    ARCHIVE = "a-3a"  # PDF/A-3a: kept for ever, tagged, may carry files
    ACCESSIBLE = "ua-1"  # PDF/UA-1: read aloud, with its structure


@dataclass(frozen=True, slots=True)
class Attached:
    """A file carried inside an archive PDF.

    Args:
        relationship: to the page: ``data`` (the same fact for machines), ``source``,
            ``supplement`` or ``alternative``.
    """

    name: str
    content: str
    media_type: str
    description: str
    relationship: str = "data"


@cache
def _fonts() -> typst.Fonts:
    # Typst's own, under the OFL (Libertinus Serif) and the licence of DejaVu: the same everywhere.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def render(
    template: Path,
    data: Mapping[str, Any],
    *,
    standard: Standard,
    attached: Sequence[Attached] = (),
    made_at: datetime | None = None,
) -> bytes:
    """Give the PDF of a template and its data.

    Args:
        template: a Typst file of ours.
        data: JSON types; ``title`` and ``language`` («fr», «en») are the document's own.
        attached: for :attr:`Standard.ARCHIVE` only.
        made_at: the date in the PDF; now unless given. The same inputs give the same bytes.

    Raises:
        NotFound: there is no such template.
        TooLarge: the data is over what a document holds.
        Invalid: letters that no font of ours has, or what the standard does not allow.
    """
    if not template.stem.isidentifier() or not template.is_file():
        raise NotFound
    text = json.dumps(_clean(data), ensure_ascii=False)
    if len(text.encode()) > MOST_DATA_BYTES or (
        sum(len(each.content) for each in attached) > MOST_ATTACHED_BYTES
    ):
        raise TooLarge(_("This document would be too large: nothing was made."))
    inputs = {
        "data": text,
        "attached": json.dumps(
            [
                {
                    "name": each.name,
                    "content": each.content,
                    "media_type": each.media_type,
                    "description": each.description,
                    "relationship": each.relationship,
                }
                for each in attached
            ]
        ),
    }
    moment = (made_at or timezone.now()).astimezone(UTC).replace(microsecond=0)
    try:
        made = typst.compile(
            str(template),
            root=str(ROOT),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=standard.value,
            timestamp=moment,
        )
    except typst.TypstError as error:
        raise _refusal(error, text) from error
    return made


def _refusal(error: typst.TypstError, text: str) -> Invalid:
    if "could not be displayed with font" in error.message:
        strange = sorted({char for char in text if ord(char) > 0x24F and char in error.message})
        return Invalid(
            _(
                "Letters of this text cannot be printed (%(letters)s): write it in Latin, Greek or "
                "Cyrillic letters."
            )
            % {"letters": " ".join(strange[:10]) or "?"},
            code="unprintable",
        )
    return Invalid(
        _("The document could not be made: %(reason)s") % {"reason": error.message[:300]},
        code="document",
    )


def _clean(value: Any) -> Any:
    """Leave out what is no letter (controls, reversals of direction), and bound each text."""
    if isinstance(value, str):
        if len(value) > MOST_TEXT:
            raise TooLarge(_("This document would be too large: nothing was made."))
        normal = unicodedata.normalize("NFC", value)
        return "".join(
            char
            for char in normal
            if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        )
    if isinstance(value, Mapping):
        return {str(name): _clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value
