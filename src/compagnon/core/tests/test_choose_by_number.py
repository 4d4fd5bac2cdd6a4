"""Numbers that no column holds choose nothing, and break nothing."""

from __future__ import annotations

import pytest
from django import forms
from django.utils import timezone

from compagnon.core.models import Task

pytestmark = pytest.mark.django_db
BEYOND = (2**63, -(2**63) - 1, 10**25)


@pytest.mark.parametrize("number", BEYOND)
def test_among_numbers(number: int) -> None:
    kept = Task.objects.create(path="a.b", run_after=timezone.now(), enqueued_at=timezone.now())
    assert not Task.objects.filter(pk__in=[number]).exists()
    assert list(Task.objects.filter(pk__in=[number, kept.pk])) == [kept]
    assert list(Task.objects.exclude(pk__in=[number])) == [kept]


def test_a_list_of_choices_says_that_there_is_no_such_one() -> None:
    field = forms.ModelMultipleChoiceField(Task.objects.all())
    with pytest.raises(forms.ValidationError, match=str(10**25)):
        field.clean([str(10**25)])
