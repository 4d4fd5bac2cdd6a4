"""Why a mailbox cannot be read, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "server": _("The server cannot be reached."),
    "internal": _("The server is inside. The operator allows it by COMPAGNON_OUTGOING_ALLOW."),
    "tls": _("The encryption fails: the certificate is not valid, or not for that name."),
    "refused": _("The server refuses the user name or the password."),
    "token": _("The token endpoint gives no token."),
    "folder": _("There is no such folder."),
    "secret": _("Our own secret cannot be read any more: type it again."),
    "broken": _("The connection broke off."),
    "unmarked": _("Messages are taken, but the server refuses to mark or to move them."),
}


def in_words(error: str) -> tuple[str | Promise, str]:
    """Give the words of an error as it is kept (``CODE: DETAIL``), and what the server said."""
    code, _colon, detail = error.partition(": ")
    return WORDS.get(code, error), detail if code in WORDS else ""
