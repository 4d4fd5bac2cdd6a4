"""The signature of somebody's PDF, looked at by pyHanko; nothing is fetched."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.decode_limits import (
    DecodeLimits,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from compagnon.titles.proving import limits
from compagnon.titles.proving.certificates import Trust
from compagnon.titles.proving.errors import Unproven
from compagnon.titles.proving.exactness import is_exact
from compagnon.titles.proving.loops import run_apart
from compagnon.titles.proving.reading import TRIPS

# It tells each file that is not trusted with a traceback: the verdict says it.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)

_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=limits.STREAM_BYTES),
    document_budget=DocumentDecodeBudget(base_allowance=4 * limits.STREAM_BYTES, max_ratio=20),
)


@dataclass(frozen=True, slots=True)
class Signed:
    """How the signature of a file stands.

    Args:
        intact: the bytes that it covers are those that were signed, by the key it names.
        exact: the place of the signature itself is written as a signer writes it.
        whole: it covers the whole file, and nothing was added behind.
        trusted: an authority that is trusted vouches for the key; ``None`` without authorities.
        signer: the name in its certificate.
    """

    intact: bool
    exact: bool
    whole: bool
    trusted: bool | None
    signer: str


def look_at(raw: bytes, *, now: datetime, trust: Trust | None) -> Signed:
    """Look at the signature of a PDF.

    Raises:
        Unproven: ``not-signed``, ``several-signatures``, ``signature-form``.
    """
    try:
        return run_apart(lambda: _look_at(raw, now, trust))
    except (
        PdfError, SignatureValidationError, SigningError, SuspiciousModification, ValidationError,
        PathError, UnsupportedAlgorithm, *TRIPS,
    ) as error:  # fmt: skip
        raise Unproven("signature-form", repr(error)[:200]) from error


def _look_at(raw: bytes, now: datetime, trust: Trust | None) -> Signed:
    reader = PdfFileReader(BytesIO(raw), strict=True, decode_limits=_LIMITS)
    found = reader.embedded_signatures
    if not found:
        raise Unproven("not-signed")
    if len(found) > 1:
        raise Unproven("several-signatures")
    signature = found[0]
    roots = [
        each
        for certificate in (trust.authorities if trust else ())
        for each in load_certs_from_pemder_data(certificate.public_bytes(Encoding.DER))
    ]
    status = validate_pdf_signature(
        signature,
        ValidationContext(
            trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail", moment=now
        ),
    )
    whole = (
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and bool(status.docmdp_ok)
        and _reaches_the_end(signature, len(raw))
    )
    return Signed(
        intact=bool(status.intact and status.valid),
        exact=is_exact(raw, signature),
        whole=whole,
        trusted=None if trust is None else bool(status.trusted),
        signer=str(signature.signer_cert.subject.native.get("common_name", ""))[:200],
    )


def _reaches_the_end(signature: EmbeddedPdfSignature, size: int) -> bool:
    """Whether the two ranges begin at the first byte and end at the last."""
    ranges = [int(each) for each in signature.byte_range]
    return len(ranges) == 4 and ranges[0] == 0 and ranges[2] + ranges[3] == size
