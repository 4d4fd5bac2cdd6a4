"""Inputs drawn with the classes and behaviours of their kind."""

from __future__ import annotations

import re

import pytest
from django import forms

from compagnon.ui.templatetags.ui import field_widget


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "autosize"),
        ("autosize", "autosize"),
        ("draft", "autosize draft"),
        ("autosize draft", "autosize draft"),
    ],
)
def test_a_behaviour_is_tied_once(given: str, expected: str) -> None:
    class Asked(forms.Form):
        text = forms.CharField(widget=forms.Textarea(attrs={"data-controller": given}))

    drawn = str(field_widget(Asked()["text"]))
    assert re.findall('data-controller="(.*?)"', drawn) == [expected]
