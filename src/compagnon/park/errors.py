"""What ``park`` may refuse with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Conflict


class NotMergeable(Conflict):
    """The two assets cannot be made one."""

    code = "not-mergeable"
    title = _("These two cannot be made one")


class Settled(Conflict):
    """Somebody settled it already."""

    code = "settled"
    title = _("It is settled already")


class IllegalMove(Conflict):
    """The state of the asset does not allow it."""

    code = "illegal-move"
    title = _("This asset cannot go there from where it is")


class Sealed(Conflict):
    """It was signed, closed or cancelled: it does not change any more."""

    code = "sealed"
    title = _("It does not change any more")


class Taken(Conflict):
    """Somebody has it on those days."""

    code = "taken"
    title = _("It is taken on some of these days")
