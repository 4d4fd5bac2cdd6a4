"""Read somebody's PDF: its text, and the credential attached to it; bounded."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader, apply_configuration
from pypdf.errors import PyPdfError

from compagnon.titles.proving import limits
from compagnon.titles.proving.errors import Unproven

ATTACHMENT = "attestation.json"

# What the readers of PDF raise on malformed files, beside their own errors.
TRIPS = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
    AssertionError, EOFError, NotImplementedError, OSError, MemoryError, StopIteration,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """What a PDF shows, and the credential in it.

    ``text`` is without spaces, for comparison (:func:`squeeze`).
    """

    text: str
    credential: bytes


def read(raw: bytes) -> Read:
    """Read a PDF's text and its credential.

    Raises:
        Unproven: ``not-a-pdf``, ``too-large``, ``credential-missing``, ``credential-several``.
    """
    try:
        with apply_configuration(
            zlib_maximum_output_length=limits.STREAM_BYTES,
            lzw_maximum_output_length=limits.STREAM_BYTES,
            run_length_maximum_output_length=limits.STREAM_BYTES,
            array_based_stream_maximum_output_length=limits.STREAM_BYTES,
            stream_decoding_work_maximum_length=4 * limits.STREAM_BYTES,
            stream_parsing_work_maximum_count=limits.PDF_OPERATIONS,
        ):
            return _read(PdfReader(BytesIO(raw)))
    except (PyPdfError, *TRIPS) as error:
        raise Unproven("not-a-pdf", repr(error)[:200]) from error


def _read(reader: PdfReader) -> Read:
    if reader.is_encrypted:
        raise Unproven("not-a-pdf", "encrypted")
    if len(reader.xref_objStm) + sum(map(len, reader.xref.values())) > limits.PDF_OBJECTS:
        raise Unproven("too-large", "too many objects")
    credential = _credential(reader)
    return Read(_text(reader), credential)


def _credential(reader: PdfReader) -> bytes:
    found: list[bytes] = []
    for number, attached in enumerate(reader.attachment_list):
        if number > 20:
            raise Unproven("too-large", "too many files attached")
        if attached.name == ATTACHMENT:
            found.append(bytes(attached.content))
    if not found:
        raise Unproven("credential-missing")
    if len(found) > 1:
        raise Unproven("credential-several")
    return found[0]


def _text(reader: PdfReader) -> str:
    if len(reader.pages) > limits.PDF_PAGES:
        raise Unproven("too-large", "too many pages")
    text = ""
    for page in reader.pages:
        text += squeeze(page.extract_text())
        if len(text) > limits.PDF_TEXT_CHARACTERS:
            raise Unproven("too-large", "too much text")
    return text


def squeeze(text: str) -> str:
    """Write a text without spaces nor hyphens, ligatures resolved: as two layouts compare."""
    plain = unicodedata.normalize("NFKC", text)
    # Format characters (soft hyphens, directions) and dashes are the layout's own.
    return "".join(
        char
        for char in plain
        if not char.isspace() and unicodedata.category(char) not in {"Cf", "Cc", "Pd"}
    )
