"""Mail: what takes ours answers, ours listens, and nothing waits for somebody to look."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.config.addresses import Address, answers
from compagnon.config.diagnosis.findings import Check, Finding, failed, ok, warning
from compagnon.contracts import queries as contracts
from compagnon.desk import silence
from compagnon.desk.models import InboundMessage, InboundState, OutgoingMail, OutgoingState
from compagnon.desk.outbound.transport import Maildir, Nowhere, Smtp, transport

CONNECT_SECONDS = 5


def mail_out() -> Iterator[Finding]:
    """What takes our mail must answer."""
    try:
        way = transport(settings.MAIL_URL)
    except ValueError:
        way = None
    if isinstance(way, Nowhere):
        yield warning(
            "mail-out",
            _("No mail leaves: COMPAGNON_MAIL_URL is none."),
            _("Set it to your mail server: smtp+starttls://user:password@mail.example.com:587"),
        )
    elif isinstance(way, Maildir):
        yield from maildir(way.folder)
    elif isinstance(way, Smtp) and urlsplit(settings.MAIL_URL).hostname:
        yield from smtp(way)
    else:
        yield failed(
            "mail-out",
            _("COMPAGNON_MAIL_URL cannot be understood."),
            _("Write it as smtp://host:25, smtp+starttls://, smtps://, maildir:///folder or none."),
        )


def maildir(folder: Path) -> Iterator[Finding]:
    """Mail kept in a folder: right for a demonstration, and for nothing else."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        yield failed(
            "mail-out",
            _("Mail cannot be written into %(path)s.") % {"path": folder},
            _("Give the folder to the account that runs Compagnon."),
        )
    elif settings.DEMO:
        yield ok("mail-out", _("kept in %(path)s") % {"path": folder})
    else:
        yield warning(
            "mail-out",
            _("No mail leaves: it is kept in %(path)s.") % {"path": folder},
            _("Set COMPAGNON_MAIL_URL to your mail server."),
        )


def smtp(way: Smtp) -> Iterator[Finding]:
    """A mail server: connect, encrypt and sign in as for a message, and send none."""
    place = f"{way.scheme}://{way.host}:{way.port}"
    try:
        with way.connect(timeout=CONNECT_SECONDS) as server:
            server.ehlo_or_helo_if_needed()
    except smtplib.SMTPAuthenticationError:
        yield failed(
            "mail-out",
            _("%(place)s refuses the user name or the password.") % {"place": place},
            _("Correct them in COMPAGNON_MAIL_URL; percent-encode @, : and / in them."),
        )
    except (OSError, smtplib.SMTPException) as error:
        yield failed(
            "mail-out",
            _("%(place)s does not take our mail: %(reason)s")
            % {"place": place, "reason": str(error)[:200]},
            _("Check COMPAGNON_MAIL_URL and the way to that server. Waiting mail is not lost."),
        )
    else:
        yield ok("mail-out", place)


def mail_in() -> Iterator[Finding]:
    """The listener should answer on each of its addresses."""
    for name, check in (("LISTEN_SMTP", "mail-in-smtp"), ("LISTEN_LMTP", "mail-in-lmtp")):
        text = getattr(settings, name)
        if text in {"", "none"}:
            continue
        try:
            address = Address.parse(text)
        except ValueError as error:
            yield failed(check, f"COMPAGNON_{name}: {error}", _("Write it as 127.0.0.1:8025"))
            continue
        if answers(address):
            yield ok(check, _("answers at %(address)s") % {"address": address})
        else:
            yield warning(
                check,
                _("Nothing listens for mail at %(address)s.") % {"address": address},
                _("Start it: compagnon run, or compagnon listen. A mail server keeps what it "
                  "cannot deliver, and tries again."),
            )  # fmt: skip


def quiet() -> Iterator[Finding]:
    """Where mail comes all day, no mail means that something is broken before us."""
    name = settings.MAIL_SILENCE_CALENDAR
    if name and contracts.calendar_named(name) is None:
        yield warning(
            "mail-silence-calendar",
            _("There is no calendar «%(name)s»: silence is counted round the clock.")
            % {"name": name},
            _("Correct COMPAGNON_MAIL_SILENCE_CALENDAR, or make that calendar."),
        )
    found = silence.alarm()
    if found is not None:
        yield failed(
            "mail-silence",
            _("No mail has come for %(minutes)d minutes (limit: %(limit)d).")
            % {"minutes": found.seconds // 60, "limit": found.limit // 60},
            _("Send one to yourself, and follow it: the domain's MX, your mail server's queue, "
              "its delivery to our listener."),
        )  # fmt: skip


def held() -> Iterator[Finding]:
    """Messages in quarantine and mail that failed wait for somebody to look."""
    quarantined = InboundMessage.objects.filter(state=InboundState.QUARANTINE).count()
    if quarantined:
        yield warning(
            "quarantine",
            ngettext(
                "%(number)d message is in quarantine.",
                "%(number)d messages are in quarantine.",
                quarantined,
            )
            % {"number": quarantined},
            _("Look at the page of received mail: it says why, and can take them again."),
        )
    unsent = OutgoingMail.objects.filter(state=OutgoingState.FAILED).count()
    if unsent:
        yield warning(
            "mail-not-sent",
            ngettext(
                "%(number)d mail could not be sent.",
                "%(number)d mails could not be sent.",
                unsent,
            )
            % {"number": unsent},
            _("Look at the page of sent mail: it says why, and can send them again."),
        )


CHECKS: list[Check] = [mail_out, mail_in]
CHECKS_OF_TABLES: list[Check] = [quiet, held]
