"""Check an attestation, from its bytes alone: one verdict for each thing that is looked at.

Nothing is fetched. What would need something that is not at hand (the certificate of who is
trusted, the list of what was withdrawn) is told as unknown, never as good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from compagnon.titles.proving import credential as credentials
from compagnon.titles.proving import data_integrity, limits, links, reading, signatures, status_list
from compagnon.titles.proving.certificates import Trust
from compagnon.titles.proving.documents import Document, read_document
from compagnon.titles.proving.errors import Unproven
from compagnon.titles.proving.statement import Statement, long_date


class Verdict(StrEnum):
    """How a thing that was looked at stands."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, how it stands, and why in a word.

    Names, in order: ``file``, ``signature``, ``coverage``, ``signer``, ``credential``, ``proof``,
    ``issuer``, ``agreement``, ``validity``, ``status``, ``link``.
    """

    name: str
    verdict: Verdict
    reason: str = ""
    detail: str = ""


@dataclass(slots=True)
class Report:
    """All that was looked at in a file.

    Args:
        format: ``pdf`` or ``credential``; empty when it is neither.
        statement: what it states, where it can be read; true only if the report is ``valid``.
        issuer: the did:key of the credential's issuer.
        signer: the name in the certificate that signed the PDF.
    """

    format: str = ""
    checks: list[Check] = field(default_factory=list)
    statement: Statement | None = None
    credential: Document | None = None
    issuer: str = ""
    signer: str = ""

    @property
    def failed(self) -> list[Check]:
        """Those that do not hold."""
        return [check for check in self.checks if check.verdict is Verdict.FAILED]

    @property
    def valid(self) -> bool:
        """Whether nothing that was looked at fails."""
        return bool(self.checks) and not self.failed

    def verdict(self, name: str) -> Verdict | None:
        """Give the verdict of the check of that name; ``None`` when it was not made."""
        return next((check.verdict for check in self.checks if check.name == name), None)

    def add(self, name: str, verdict: Verdict, reason: str = "", detail: str = "") -> None:
        """Add a check."""
        self.checks.append(Check(name, verdict, reason, detail))

    def fail(self, name: str, error: Unproven) -> None:
        """Add a check that failed."""
        self.add(name, Verdict.FAILED, error.code, error.detail)


def check(
    raw: bytes,
    *,
    now: datetime,
    trust: Trust | None = None,
    status_lists: Sequence[bytes] = (),
    link: str = "",
) -> Report:
    """Check an attestation: a signed PDF, or its credential alone in JSON.

    Args:
        trust: whose signatures are believed; unknown unless given.
        status_lists: credentials of status lists, signed, in JSON.
        link: what its QR code says, where it was read; compared with the file.
    """
    report = Report()
    if raw[:1024].lstrip().startswith(b"%PDF-"):
        report.format = "pdf"
        _check_pdf(report, raw, now=now, trust=trust)
    elif raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        report.format = "credential"
        _read_credential(report, raw)
    else:
        report.add("file", Verdict.FAILED, "not-an-attestation")
    if report.credential is not None:
        _check_credential(report, report.credential, now=now, trust=trust)
        _check_status(report, report.credential, status_lists, trust=trust, now=now)
        _check_link(report, link)
    return report


# --- the file ---------------------------------------------------------------------------------


def _check_pdf(report: Report, raw: bytes, *, now: datetime, trust: Trust | None) -> None:
    if len(raw) > limits.PDF_BYTES:
        report.add("file", Verdict.FAILED, "too-large")
        return
    try:
        signed = signatures.look_at(raw, now=now, trust=trust)
    except Unproven as error:
        report.fail("signature", error)
    else:
        report.signer = signed.signer
        reason = "" if signed.exact else "rewritten"
        reason = reason if signed.intact else "changed"
        report.add("signature", _verdict(signed.intact and signed.exact), reason)
        report.add("coverage", _verdict(signed.whole), "" if signed.whole else "added-to")
        _add_trust(report, "signer", signed.trusted)
    try:
        found = reading.read(raw)
    except Unproven as error:
        report.fail("credential" if error.code.startswith("credential") else "file", error)
        return
    _read_credential(report, found.credential)
    if report.credential is not None:
        _check_agreement(report, found.text)


def _read_credential(report: Report, raw: bytes) -> None:
    try:
        report.credential = read_document(raw)
    except Unproven as error:
        report.fail("credential", error)
        return
    try:
        report.statement = credentials.read(report.credential)
    except Unproven as error:
        # Somebody else's credential may be sound; it is no attestation of this product.
        report.fail("credential", error)
        return
    report.add("credential", Verdict.PASSED)


def _check_agreement(report: Report, text: str) -> None:
    """What the page shows must be what the credential states."""
    stated = report.statement
    if stated is None:
        return
    shown = (
        stated.holder, stated.number, stated.achievement, stated.title_code, stated.title_name,
        stated.issuer, stated.element_code, stated.decision,
        long_date(stated.decided_on, stated.language),
    )  # fmt: skip
    missing = [each for each in shown if reading.squeeze(each) not in text]
    if missing:
        report.add("agreement", Verdict.FAILED, "page-differs", "; ".join(missing)[:300])
    else:
        report.add("agreement", Verdict.PASSED)


# --- the credential ---------------------------------------------------------------------------


def _check_credential(
    report: Report, document: Document, *, now: datetime, trust: Trust | None
) -> None:
    try:
        report.issuer = data_integrity.verify(document)
    except Unproven as error:
        report.fail("proof", error)
        return
    report.add("proof", Verdict.PASSED)
    vouched = None if trust is None else trust.vouches_for(report.issuer, now=now)
    if not vouched and report.format == "pdf" and trust is not None and not trust.certified:
        # Only the authority is at hand: it vouches for the file, and the credential is in it.
        vouched = report.verdict("signer") is Verdict.PASSED and not report.failed
    _add_trust(report, "issuer", vouched)
    if report.statement is not None:
        early = report.statement.issued_at > now
        report.add("validity", _verdict(not early), "not-yet" if early else "")


def _check_status(
    report: Report,
    document: Document,
    lists: Sequence[bytes],
    *,
    trust: Trust | None,
    now: datetime,
) -> None:
    try:
        place = credentials.status_place(document)
        found = [_read_list(raw) for raw in lists]
        found = [each for each in found if place is not None and each.get("id") == place.url]
        if place is None or not found:
            reason = "no-status" if place is None else "other-list" if lists else "no-list"
            report.add("status", Verdict.UNKNOWN, reason)
            return
        withdrawn = False
        for listed in found:
            _check_list_signer(report, data_integrity.verify(listed), trust, now)
            withdrawn |= status_list.is_set(status_list.bits_of(listed), place.index)
    except Unproven as error:
        report.fail("status", error)
        return
    report.add("status", _verdict(not withdrawn), "withdrawn" if withdrawn else "not-withdrawn")


def _check_list_signer(report: Report, signer: str, trust: Trust | None, now: datetime) -> None:
    """Who may withdraw: who signed the credential, or another key of the same authority."""
    if signer != report.issuer and not (trust is not None and trust.vouches_for(signer, now=now)):
        raise Unproven("status-list-issuer", signer)


def _read_list(raw: bytes) -> Document:
    return read_document(raw, most=limits.STATUS_LIST_BYTES)


def _check_link(report: Report, link: str) -> None:
    if not link or report.credential is None:
        return
    try:
        links.compare(link, report.credential)
    except Unproven as error:
        report.fail("link", error)
    else:
        report.add("link", Verdict.PASSED)


def _verdict(holds: bool) -> Verdict:
    return Verdict.PASSED if holds else Verdict.FAILED


def _add_trust(report: Report, name: str, trusted: bool | None) -> None:
    if trusted is None:
        report.add(name, Verdict.UNKNOWN, "no-trust")
    else:
        report.add(name, _verdict(trusted), "" if trusted else "not-trusted")
