"""An amount kept in cents, and typed in units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models


class CentsFormField(forms.DecimalField):
    """Shows 42900 as 429.00, and gives 42900 for «429» or «429,00»."""

    def prepare_value(self, value: Any) -> Any:
        """Show what the row holds; what was typed stays as it was typed."""
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Read «429,50» as well as «429.50»."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def clean(self, value: Any) -> Any:
        """Give the cents.

        Raises:
            ValidationError: it is no amount, or has more than two decimals.
        """
        found = super().clean(value)
        return found if found is None else int(found * 100)


class Cents(models.PositiveBigIntegerField):  # type: ignore[type-arg]
    """A column of cents, whose form is in units."""

    def formfield(
        self, form_class: Any = None, choices_form_class: Any = None, **kwargs: Any
    ) -> Any:
        """Give the field of a form, in units with two decimals."""
        limits = [one.limit_value for one in self.validators if isinstance(one, MaxValueValidator)]
        most = min(limits) // 100 if limits else None
        return CentsFormField(
            label=kwargs.get("label", self.verbose_name),
            required=not self.blank,
            initial=self.default if self.has_default() else None,
            help_text=self.help_text,
            max_digits=14,
            decimal_places=2,
            min_value=0,
            max_value=most,
        )

    def deconstruct(self) -> Any:
        """Stand in migrations as the column it is."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveBigIntegerField", args, kwargs
