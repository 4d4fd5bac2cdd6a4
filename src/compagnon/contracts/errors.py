"""What ``contracts`` refuses, beyond ``core.errors``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Conflict, Invalid


class NotDraft(Conflict):
    """The parties of a contract in force do not change."""

    code = "contract-not-draft"
    title = _("The contract is no longer a draft")


class NotInForce(Conflict):
    """The contract is not in the state that the change asks for."""

    code = "contract-not-in-force"
    title = _("The contract is not in force")


class Ambiguous(Invalid):
    """Two commitments on the same measure would apply to exactly the same tickets."""

    code = "commitments-ambiguous"
    title = _("Two commitments say the same thing")


class InUse(Conflict):
    """Something refers to the row, so that it cannot be deleted."""

    code = "in-use"
    title = _("It is in use")


class Cycle(Conflict):
    """A service cannot be part of itself."""

    code = "cycle"
    title = _("A service cannot be part of itself")
