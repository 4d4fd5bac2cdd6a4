"""What ``people`` refuses, beyond ``core.errors``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Conflict, Refused


class Escalation(Refused):
    """One cannot give, nor take in hand, what one does not hold oneself."""

    code = "escalation"
    title = _("You cannot give what you do not hold")


class LastAdministrator(Conflict):
    """Nobody would be left to give roles."""

    code = "last-administrator"
    title = _("This is the last administrator")


class AddressTaken(Conflict):
    """The mail address belongs to somebody else."""

    code = "address-taken"
    title = _("This address belongs to somebody else")


class Cycle(Conflict):
    """An organisation cannot be part of itself."""

    code = "cycle"
    title = _("An organisation cannot be part of itself")


class NotAdmitted(Refused):
    """A provider vouches for somebody who is not let in; ``code`` says why (provider_words)."""

    code = "not-admitted"
    title = _("You are not let in")
