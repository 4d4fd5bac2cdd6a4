"""The signature of a PDF: PAdES B-B, which certifies the whole file and allows no change after."""

from __future__ import annotations

from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

from compagnon.titles.proving.certificates import Held
from compagnon.titles.proving.keys import private_bytes
from compagnon.titles.proving.loops import run_apart

FIELD = "Attestation"


def sign(
    pdf: bytes, *, signer: Held, authority: x509.Certificate, reason: str, place: str
) -> bytes:
    """Give the PDF with its signature, added behind what was there.

    Args:
        reason: why it was signed, in words, shown by readers of PDF.
        place: where.
    """
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(load_certs_from_pemder_data(_der(authority)))
    (certificate,) = load_certs_from_pemder_data(_der(signer.certificate))
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason or None,
        location=place or None,
    )
    out = BytesIO()
    chosen = SimpleSigner(
        signing_cert=certificate,
        signing_key=load_private_key_from_pemder_data(private_bytes(signer.key), None),
        cert_registry=store,
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    run_apart(lambda: sign_pdf(writer, metadata, chosen, output=out))
    return out.getvalue()


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
