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
