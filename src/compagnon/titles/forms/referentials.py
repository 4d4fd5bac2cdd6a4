"""Forms of referentials: importing a document, settling a correspondence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from compagnon.titles.models import Certificate, Correspondence, DocumentKind, SourcesNeeded


class ImportForm(forms.Form):
    """A document and, if it cannot tell by itself, its kind."""

    document = forms.FileField(
        label=_("Document"),
        help_text=_("Text or PDF with a text layer; for the RNCP also XML, CSV or a zip of CSV."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("told from its content")), *DocumentKind.choices],
    )

    def clean_document(self) -> UploadedFile:
        """Refuse what is over the limit of files."""
        upload: UploadedFile = self.cleaned_data["document"]
        if upload.size is not None and upload.size > settings.FILE_MAX_BYTES:
            raise forms.ValidationError(
                _("This file is larger than %(limit)s.")
                % {"limit": filesizeformat(settings.FILE_MAX_BYTES)}
            )
        return upload


class AnswerForm(forms.Form):
    """What an unclear line of a table means."""

    needs = forms.ChoiceField(
        label=_("Of the certificates on the left, the holder needs"),
        choices=SourcesNeeded.choices,
        widget=forms.RadioSelect,
        initial=SourcesNeeded.ALL,
    )
    targets = forms.ModelMultipleChoiceField(
        label=_("and is then held to have"),
        queryset=Certificate.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means «Néant»: nothing."),
    )
    reason = forms.CharField(
        label=_("On what the answer rests"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A text, an answer of the administration: it is kept with your name."),
    )

    def __init__(self, *args: Any, correspondence: Correspondence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["targets"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type
        field.queryset = Certificate.objects.filter(
            version_id=correspondence.to_version_id
        ).order_by("kind", "number")
        self.initial.setdefault("targets", list(correspondence.targets.all()))
