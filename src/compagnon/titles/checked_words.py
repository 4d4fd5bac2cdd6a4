"""How the checks of an attestation are told to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compagnon.titles.proving.checking import Check, Report, Verdict

_NAMES: Mapping[str, Promise] = {
    "file": _("The file can be read"),
    "signature": _("The PDF is as it was signed"),
    "coverage": _("The signature covers the whole file"),
    "signer": _("The PDF's signer is trusted"),
    "credential": _("The credential is that of an attestation"),
    "proof": _("The credential's proof holds"),
    "issuer": _("The credential's issuer is trusted"),
    "agreement": _("The page says what the credential says"),
    "validity": _("The credential is in force"),
    "status": _("It was not withdrawn"),
    "link": _("It is the one that the QR code names"),
}
_REASONS: Mapping[str, Promise] = {
    "changed": _("The content was changed after it was signed."),
    "rewritten": _(
        "The place of the signature is not written as a signer writes it: the file was changed."
    ),
    "added-to": _("Something was added after it was signed."),
    "not-signed": _("There is no signature."),
    "several-signatures": _("There are several signatures; an attestation has one."),
    "signature-form": _("The signature cannot be read: the file was changed or is damaged."),
    "no-trust": _("Unknown: give the certificate of the authority that you trust."),
    "not-trusted": _("No authority that is trusted here vouches for it."),
    "not-a-pdf": _("The PDF is damaged or is none."),
    "not-an-attestation": _("This is neither a PDF nor a credential in JSON."),
    "not-json": _("This is no JSON object, or one that can be read in two ways."),
    "not-json-ld": _("The credential cannot be read as linked data."),
    "too-large": _("It is larger than anything that an attestation needs."),
    "credential-missing": _("No credential is attached to the PDF."),
    "credential-several": _("Several credentials are attached to the PDF."),
    "another-form": _("This is no attestation as this product writes them."),
    "proof-missing": _("There is no proof."),
    "proof-form": _("The proof is of another form than eddsa-rdfc-2022."),
    "proof": _("The credential was changed after it was signed."),
    "unknown-context": _("It cites a context that is not among those kept here."),
    "unknown-word": _("It holds a word that its contexts do not define."),
    "issuer": _("The proof was not made by the key of the issuer."),
    "page-differs": _("The page and the credential differ."),
    "not-yet": _("It is dated in the future."),
    "no-status": _("Unknown: the credential names no list of withdrawals."),
    "no-list": _("Unknown: the list of withdrawals is not at hand."),
    "other-list": _("Unknown: the list at hand is another one."),
    "status-list-form": _("The list of withdrawals cannot be read."),
    "status-list-issuer": _("The list of withdrawals was signed by somebody else."),
    "withdrawn": _("It was withdrawn by its centre."),
    "not-withdrawn": _("The list of withdrawals does not name it."),
    "link-form": _("The QR code is not that of an attestation."),
    "link-differs": _("The QR code is that of another attestation."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A check as a person reads it."""

    name: str | Promise
    verdict: str
    reason: str | Promise
    colour: str
    icon: str


_LOOKS = {
    Verdict.PASSED: ("green", "check"),
    Verdict.FAILED: ("red", "x"),
    Verdict.UNKNOWN: ("secondary", "info-circle"),
}


def tell(check: Check) -> Told:
    """Tell a check."""
    colour, icon = _LOOKS[check.verdict]
    return Told(
        _NAMES.get(check.name, check.name),
        check.verdict.value,
        _REASONS.get(check.reason, check.reason),
        colour,
        icon,
    )


def tell_all(report: Report) -> list[Told]:
    """Tell every check of a report."""
    return [tell(check) for check in report.checks]
