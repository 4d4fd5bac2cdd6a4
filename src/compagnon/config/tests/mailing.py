"""Sending mail to an installation, as stubborn as a mail server: until it says that it has it."""

from __future__ import annotations

import smtplib
import time
from email.message import EmailMessage


def message(number: int, *, sender: str = "", subject: str = "") -> EmailMessage:
    """A message of its own."""
    mail = EmailMessage()
    mail["From"] = sender or f"Personne {number % 40} <personne{number % 40}@client.example>"
    mail["To"] = "support@assistance.example"
    mail["Subject"] = subject or f"Demande numéro {number}"
    mail["Message-ID"] = f"<demande-{number}@client.example>"
    mail.set_content(f"Bonjour,\n\nceci est la demande {number}.\n")
    return mail


def send_until_taken(port: int, mail: EmailMessage, *, seconds: float = 60) -> int:
    """Send until the listener answers 250; give how many tries it took."""
    deadline = time.monotonic() + seconds
    tries = 0
    while True:
        tries += 1
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
                server.send_message(mail)
        except (smtplib.SMTPException, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return tries
