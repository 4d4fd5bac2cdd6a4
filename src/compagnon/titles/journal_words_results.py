"""How the journal tells what comes out of sessions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words

journal_words.words(
    {
        "minutes.attest": (_("attested what the minutes grant"), "certificate"),
        "session_mail.retry": (_("sent a mail about a session again"), "mail-forward"),
    }
)
