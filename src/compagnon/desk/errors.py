"""What the desk refuses, beyond ``core.errors``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Conflict, Invalid, Stale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compagnon.desk.models import Message


class IllegalMove(Conflict):
    """The ticket's state does not allow this."""

    code = "illegal-move"
    title = _("The ticket's state does not allow this")


class Crossed(Stale):
    """Somebody wrote on the ticket since the page was read: ``newer`` is what they wrote."""

    code = "crossed"
    title = _("Somebody wrote on this ticket meanwhile")
    newer: Sequence[Message] = ()


class AlreadyAnswered(Conflict):
    """The solution was accepted or refused before."""

    code = "already-answered"
    title = _("This solution was answered before")


class TooLate(Conflict):
    """The window in which this could be done is over."""

    code = "too-late"
    title = _("It is too late for that")


class AlreadySigned(Conflict):
    """The sheet was signed: it can no longer change."""

    code = "already-signed"
    title = _("This sheet is signed and can no longer change")


class BadLink(Invalid):
    """A link that we did not make, or whose object is gone."""

    code = "bad-link"
    status = 404
    title = _("This link is not valid")
