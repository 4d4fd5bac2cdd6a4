"""The routes of the room's pages, below ``/people/``."""

from __future__ import annotations

from django.urls import include, path, re_path

from compagnon.people.resources import ORGANISATIONS, PERSONS, SITES, TEAMS
from compagnon.people.views import (
    accounts,
    directories,
    organisations,
    persons,
    pick,
    privacy,
    profile,
    providers,
    roles,
    sessions,
    teams,
)

app_name = "people"

_providers = [
    path("", providers.index, name="providers"),
    path("add/", providers.add, name="provider_add"),
    path("<int:pk>/", providers.detail, name="provider"),
    path("<int:pk>/change/", providers.change, name="provider_change"),
    path("<int:pk>/do/<slug:action>/", providers.act, name="provider_act"),
]

_organisations = [
    path("tree/", organisations.tree, name="organisation_tree"),
    path("<int:pk>/", organisations.detail, name="organisation_detail"),
    path("<int:pk>/domains/", organisations.set_domains, name="organisation_domains"),
    path("<int:pk>/close/", organisations.close, name="organisation_close"),
    path("<int:pk>/reopen/", organisations.reopen, name="organisation_reopen"),
    *ORGANISATIONS.urls(),
]
_persons = [
    path("add/", persons.add, name="person_add"),
    path("<int:pk>/", persons.detail, name="person_detail"),
    re_path(
        r"^(?P<pk>[0-9]{1,18})/(?P<action>close|reopen)/$", persons.activity, name="person_activity"
    ),
    path("<int:pk>/contacts/", persons.add_contact, name="contact_add"),
    re_path(
        r"^(?P<pk>[0-9]{1,18})/contacts/(?P<point_id>[0-9]{1,18})/(?P<action>main|delete)/$",
        persons.contact,
        name="contact_act",
    ),
    path("<int:pk>/merge/", persons.merge, name="person_merge"),
    path("<int:pk>/teams/", persons.join, name="person_join"),
    path("<int:pk>/teams/<int:team_id>/leave/", persons.leave, name="person_leave"),
    path("<int:pk>/roles/", persons.give_role, name="role_give"),
    path("<int:pk>/roles/<int:assignment_id>/take/", persons.take_role, name="role_take"),
    path("<int:pk>/data/", privacy.data, name="person_data"),
    path("<int:pk>/data/export/", privacy.export, name="person_export"),
    path("<int:pk>/data/erase/", privacy.erase, name="person_erase"),
    path("<int:pk>/account/", accounts.create, name="account_create"),
    path("<int:pk>/local-password/", directories.local_password, name="local_password"),
    *PERSONS.urls(),
]
_teams = [
    path("<int:pk>/", teams.detail, name="team_detail"),
    path("<int:pk>/members/", teams.add_member, name="member_add"),
    path("<int:pk>/members/<int:person_id>/remove/", teams.remove_member, name="member_remove"),
    *TEAMS.urls(),
]
_roles = [
    path("", roles.matrix, name="role_list"),
    path("add/", roles.add, name="role_add"),
    path("<int:pk>/", roles.change, name="role_change"),
    path("<int:pk>/delete/", roles.remove, name="role_delete"),
]

_directories = [
    path("", directories.index, name="directories"),
    path("add/", directories.add, name="directory_add"),
    path("<int:pk>/", directories.detail, name="directory"),
    path("<int:pk>/change/", directories.change, name="directory_change"),
    path("<int:pk>/delete/", directories.remove, name="directory_delete"),
    path("<int:pk>/try/", directories.trial, name="directory_try"),
    path("<int:pk>/preview/", directories.preview, name="directory_preview"),
    path("<int:pk>/groups/", directories.add_rule, name="directory_rule_add"),
    path(
        "<int:pk>/groups/<int:rule_id>/remove/",
        directories.remove_rule,
        name="directory_rule_remove",
    ),
    path("runs/<int:pk>/", directories.run, name="directory_run"),
    path("runs/<int:pk>/apply/", directories.apply, name="directory_run_apply"),
    path("runs/<int:pk>/steps/<int:step_id>/link/", directories.link, name="directory_step_link"),
]

urlpatterns = [
    path("directories/", include(_directories)),
    path("organisations/", include(_organisations)),
    path("sites/", include(SITES.urls())),
    path("persons/", include(_persons)),
    path("teams/", include(_teams)),
    path("roles/", include(_roles)),
    path("accounts/<int:pk>/address/", accounts.change_address, name="account_address"),
    path(
        "accounts/<int:pk>/identities/<int:identity_id>/unlink/",
        accounts.unlink,
        name="account_unlink",
    ),
    path("accounts/<int:pk>/sessions/", sessions.of_account, name="account_sessions"),
    path(
        "accounts/<int:pk>/sessions/<int:session_id>/end/",
        sessions.end_of_account,
        name="account_session_end",
    ),
    path("accounts/<int:pk>/<slug:action>/", accounts.act, name="account_act"),
    path("pick/persons/", pick.persons, name="pick_persons"),
    path("privacy/", privacy.register, name="privacy"),
    path("privacy/register.csv", privacy.register_csv, name="privacy_csv"),
    path("privacy/terms/<str:key>/", privacy.set_term, name="privacy_term"),
    path("privacy/erasures/", privacy.erasures, name="erasures"),
    path("privacy/erasures/<int:pk>/", privacy.erasure, name="erasure"),
    path("providers/", include(_providers)),
    path("me/identities/", providers.own, name="identities"),
    path("me/identities/<int:pk>/unlink/", providers.unlink, name="identity_unlink"),
    path("me/data/", privacy.own_data, name="own_data"),
    path("me/", profile.profile, name="profile"),
    path("me/tokens/", profile.own_tokens, name="tokens"),
    path("me/tokens/<int:pk>/revoke/", profile.revoke_token, name="token_revoke"),
]
