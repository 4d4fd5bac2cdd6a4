"""Routes of attestations: the register, and the public pages that check them."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import outcomes, verifying

urlpatterns = [
    path("attestations/", outcomes.register, name="attestation_list"),
    path("attestations/issue/", outcomes.issue, name="attestation_issue"),
    path("attestations/<int:attestation_id>/", outcomes.attestation, name="attestation"),
    path(
        "attestations/<int:attestation_id>/file/",
        outcomes.attestation_file,
        name="attestation_file",
    ),
    path(
        "attestations/<int:attestation_id>/withdraw/",
        outcomes.withdraw,
        name="attestation_withdraw",
    ),
    path("booklets/<int:person_id>/", outcomes.booklet, name="booklet"),
    path("verify/", verifying.check, name="verify"),
    path("verify/<str:token>", verifying.attestation, name="verify_attestation"),
    path("status/<int:list_id>", verifying.status_list, name="status_list"),
    path("trust.pem", verifying.trust_file, name="trust_file"),
]
