"""Routes of jobs over the network and of SNMP credentials."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.park.views import discovery

_jobs: list[URLPattern] = [
    path("", discovery.jobs, name="network_jobs"),
    path("<int:pk>/", discovery.job, name="network_job"),
    path("<int:pk>/cancel/", discovery.cancel, name="network_job_cancel"),
    path("<int:pk>/read/", discovery.read_found, name="network_job_read"),
]
_credentials: list[URLPattern] = [
    path("", discovery.credentials, name="snmp_credentials"),
    path("<int:pk>/forget/", discovery.forget_credential, name="snmp_credential_forget"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("park/discovery/", include(_jobs)),
    path("park/snmp-credentials/", include(_credentials)),
]
