"""``compagnon attestation``: check an attestation anywhere; keep the keys that sign them."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Failed, Misused
from compagnon.titles.checked_words import tell
from compagnon.titles.proving import checking, limits
from compagnon.titles.proving.certificates import Trust, read_trust
from compagnon.titles.proving.errors import Unproven

JSON_HELP = "print one JSON document on standard output"
MOST_LISTS = 20


class Command(commands.Command):
    """Check an attestation, without database nor network; make, change and back up keys."""

    help = "Check an attestation (PDF or JSON); keep the keys that sign attestations."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare both actions; ``--json`` stands before or after them."""
        parser.add_argument("--json", action="store_true", help=JSON_HELP)
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        verify = actions.add_parser("verify", help="check an attestation, offline")
        verify.add_argument("file", type=Path, help="a signed PDF, or its credential in JSON")
        verify.add_argument(
            "--trust", type=Path, action="append", default=[], metavar="CERT",
            help="certificates of who is trusted, PEM or DER (from /titles/trust.pem)",
        )  # fmt: skip
        verify.add_argument(
            "--status-list", type=Path, action="append", default=[], metavar="FILE",
            help="a signed list of withdrawals, in JSON",
        )  # fmt: skip
        verify.add_argument("--link", default="", help="what the QR code of the paper says")
        _take_json(verify)
        keys = actions.add_parser("keys", help="make, list, change, back up the signing keys")
        _key_actions(keys)

    def carry_out(self, **options: Any) -> Answer:
        """Do the action named."""
        if options["action"] == "verify":
            return self._verify(**options)
        return getattr(self, f"_{options['keys_action']}")(**options)  # type: ignore[no-any-return]

    # --- verify -----------------------------------------------------------------------------

    def _verify(self, **options: Any) -> Answer:
        path: Path = options["file"]
        report = checking.check(
            _read(path, limits.PDF_BYTES),
            now=timezone.now(),
            trust=_trusted(options["trust"]),
            status_lists=[
                _read(one, limits.STATUS_LIST_BYTES) for one in options["status_list"][:MOST_LISTS]
            ],
            link=options["link"],
        )
        told = [tell(check) for check in report.checks]
        items = [
            {
                "name": check.name,
                "verdict": check.verdict.value,
                "reason": check.reason,
                "detail": check.detail,
                "text": f"{words.name}. {words.reason}".strip(),
            }
            for check, words in zip(report.checks, told, strict=True)
        ]
        facts = {
            "file": str(path),
            "format": report.format,
            "valid": report.valid,
            "failed": [check.name for check in report.failed],
            "statement": _statement(report),
            "issuer": report.issuer,
            "signer": report.signer,
        }
        return Answer(
            items=items,
            facts=facts,
            lines=_lines(report, items),
            failed=[check.name for check in report.failed],
        )

    # --- keys -------------------------------------------------------------------------------

    def _create(self, **options: Any) -> Answer:
        from compagnon.titles.services import signing_keys

        name = options["name"] or signing_keys.usual_name()
        return _rows(signing_keys.create_keys(actor=_actor(), name=name))

    def _list(self, **_options: Any) -> Answer:
        from compagnon.titles.models import SigningKey

        return _rows(list(SigningKey.objects.order_by("pk")))

    def _rotate(self, **options: Any) -> Answer:
        from compagnon.titles.services import signing_keys

        return _rows(signing_keys.rotate_keys(actor=_actor(), name=options["name"]))

    def _backup(self, **options: Any) -> Answer:
        from compagnon.titles.services import signing_keys

        path: Path = options["file"]
        if path.exists() and not options["force"]:
            raise Failed(_("%(path)s exists already: --force replaces it.") % {"path": path})
        content = signing_keys.backup_keys(
            actor=_actor(), passphrase=_passphrase(options["passphrase_file"], twice=True)
        )
        _write_privately(path, content)
        return Answer(
            facts={"path": str(path), "bytes": len(content)},
            lines=[
                _("%(path)s holds every key; only the passphrase opens it.") % {"path": path},
            ],
        )

    def _restore(self, **options: Any) -> Answer:
        from compagnon.titles.services import signing_keys

        return _rows(
            signing_keys.restore_keys(
                actor=_actor(),
                content=_read(options["file"], 4 * 1024 * 1024),
                passphrase=_passphrase(options["passphrase_file"]),
            )
        )

    def _trust(self, **options: Any) -> Answer:
        from compagnon.titles.queries.outcomes import trust_file

        content, path = trust_file(), options["file"]
        if path is None:
            return Answer(facts={"certificates": content.decode()}, lines=[content.decode()])
        try:
            path.write_bytes(content)
        except OSError as error:
            raise Failed(str(error)) from error
        return Answer(facts={"path": str(path)}, lines=[str(path)])


def _take_json(parser: argparse.ArgumentParser) -> None:
    # Suppressed: the default would take back what stood before the action.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=JSON_HELP)


def _key_actions(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="keys_action", required=True, metavar="WHAT")
    create = actions.add_parser("create", help="make the first keys")
    create.add_argument(
        "--name", help="whose they are: the name of the organisation at the top unless given"
    )
    rotate = actions.add_parser("rotate", help="put new keys in use, keep the former to verify")
    rotate.add_argument("--name", default="", help="whose they are, if that changed")
    backup = actions.add_parser("backup", help="write every key in an encrypted file")
    backup.add_argument("file", type=Path)
    backup.add_argument("--force", action="store_true", help="replace that file")
    restore = actions.add_parser("restore", help="bring keys back from a backup")
    restore.add_argument("file", type=Path)
    for one in (backup, restore):
        one.add_argument(
            "--passphrase-file", type=Path, help="read the passphrase from its first line"
        )
    trust = actions.add_parser("trust", help="write the certificates that verifiers trust")
    trust.add_argument("file", type=Path, nargs="?", help="standard output unless given")
    for one in (create, rotate, backup, restore, trust, actions.add_parser("list", help="list")):
        _take_json(one)


def _actor() -> Actor:
    return Actor.system("attestation", source=Source.COMMAND)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            # One more than is read: what is larger is told as such, and not taken in.
            return stream.read(most + 1)
    except OSError as error:
        raise Misused(_("Cannot read %(path)s: %(why)s") % {"path": path, "why": error}) from error


def _trusted(paths: Sequence[Path]) -> Trust | None:
    if not paths:
        return None
    try:
        return read_trust(*(_read(path, limits.TRUST_BYTES) for path in paths))
    except Unproven as error:
        raise Misused(_("There is no certificate that can be read in --trust.")) from error


def _passphrase(path: Path | None, *, twice: bool = False) -> str:
    if path is not None:
        lines = _read(path, 1024).decode("utf-8", "replace").splitlines()
        return lines[0] if lines else ""
    if not sys.stdin.isatty():
        raise Misused(_("Give the passphrase with --passphrase-file."))
    found = getpass.getpass(_("Passphrase: "))
    if twice and found != getpass.getpass(_("The same again: ")):
        raise Misused(_("They differ."))
    return found


def _write_privately(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Failed(str(error)) from error


def _rows(rows: Sequence[Any]) -> Answer:
    items = [
        {
            "purpose": row.purpose,
            "state": row.state,
            "name": row.name,
            "fingerprint": row.fingerprint,
            "did": row.did,
            "created_at": row.created_at,
            "retired_at": row.retired_at,
        }
        for row in rows
    ]
    lines = [f"{row.get_state_display()}  {row.purpose:<10} {row.fingerprint[:16]}  {row.name}"
             for row in rows]  # fmt: skip
    return Answer(items=items, lines=lines)


def _statement(report: checking.Report) -> dict[str, Any] | None:
    stated = report.statement
    if stated is None:
        return None
    return {
        "number": stated.number,
        "kind": stated.kind.value,
        "holder": stated.holder,
        "title_code": stated.title_code,
        "title": stated.title_name,
        "code": stated.code,
        "achievement": stated.achievement,
        "decided_on": stated.decided_on,
        "decision": stated.decision,
        "issuer": stated.issuer,
        "issued_at": stated.issued_at,
        "page": stated.page,
    }


def _lines(report: checking.Report, items: Sequence[dict[str, str]]) -> list[str]:
    marks = {"passed": "✓", "failed": "✗", "unknown": "?"}
    lines = [f"{marks[item['verdict']]} {item['text']}" for item in items]
    stated = report.statement
    if stated is not None:
        lines.insert(0, f"{stated.number}  {stated.holder}  {stated.achievement} ({stated.code})")
    if not report.valid:
        return [*lines, _("Not valid.")]
    if "unknown" in {item["verdict"] for item in items}:
        return [*lines, _("Nothing fails; what is unknown was not checked.")]
    return [*lines, _("Valid.")]
