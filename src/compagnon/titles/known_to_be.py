"""What this room knows people to be without any role: it leads each to their pages."""

from __future__ import annotations

from django.db.models import OuterRef

from compagnon.people import facts
from compagnon.titles.models import Assessor, Candidacy, Juror, TrainingPeriod

_PERSON = OuterRef("person")

facts.register("candidate", lambda: Candidacy.objects.filter(person=_PERSON))
facts.register("tutor", lambda: TrainingPeriod.objects.filter(tutor=_PERSON))
facts.register("assessor", lambda: Assessor.objects.filter(person=_PERSON))
facts.register("juror", lambda: Juror.objects.filter(person=_PERSON))
