"""A form field for one row among a hundred thousand: the page shows a picker, never a list.

With scripts the picker sends the row's key. Without, the same field takes words (a name, a mail
address, a number) that are looked up when the form is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

LONGEST = 200
# Of those who answer to the same words, how many the refusal names.
NAMED = 5


class PickedField(forms.CharField):
    """One row, by its key or by words that only it answers to; cleaned as the row.

    ``offer`` says among which; until then every answer is refused.
    """

    def __init__(self, *, hint: Any = "", **options: Any) -> None:
        super().__init__(max_length=LONGEST, **options)
        self.widget.attrs |= {"placeholder": hint, "autocomplete": "off", "spellcheck": "false"}
        self.hint = hint
        self.picker_url = ""
        self._rows: QuerySet[Any] | None = None
        self._known: Mapping[int, Any] = {}
        self._find: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None

    def offer(
        self,
        rows: QuerySet[Any],
        url: str,
        find: Callable[[QuerySet[Any], str], QuerySet[Any]],
        known: Mapping[int, Any] | None = None,
    ) -> None:
        """Say which rows may be chosen, who answers the picker, and how words find a row.

        Args:
            known: some of these rows by their keys, read already: for several fields at once.
        """
        self._rows, self.picker_url, self._find = rows, url, find
        self._known = known or {}

    def clean(self, value: Any) -> Any:
        """Give the row chosen, or nothing.

        Raises:
            ValidationError: no row answers, or several do.
        """
        words = super().clean(value)
        if not words:
            return None
        said = {"words": words}
        if (row := self._by_key(words)) is not None:
            return row
        if self._rows is None or self._find is None:
            raise forms.ValidationError(_("Nothing answers to «%(words)s»."), params=said)
        found = list(self._find(self._rows, words).order_by("pk")[: NAMED + 1])
        if not found:
            raise forms.ValidationError(_("Nothing answers to «%(words)s»."), params=said)
        if len(found) > 1:
            names = ", ".join(f"{one} ({one.pk})" for one in found[:NAMED])
            said["names"] = names + (", …" if len(found) > NAMED else "")
            raise forms.ValidationError(
                _("Several answer to «%(words)s»: %(names)s. Write the number of one of them."),
                params=said,
            )
        return found[0]

    def shown(self, value: Any) -> str:
        """Name the row of a key, for the picker; nothing for words."""
        row = self._by_key(str(value or "").strip())
        return "" if row is None else str(row)

    def _by_key(self, words: str) -> Model | None:
        if self._rows is None or not (words.isascii() and words.isdecimal() and len(words) < 19):
            return None
        key = int(words)
        row: Model | None = self._known.get(key) or self._rows.filter(pk=key).first()
        return row
