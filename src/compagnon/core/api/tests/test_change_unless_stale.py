"""Tags, and not overwriting another's change."""

from __future__ import annotations

import pytest
from django.test import Client

JSON = "application/json"
URL = "/api/v1/notes/1"


def test_a_tag_is_read_sent_back_and_moves(api: Client) -> None:
    tag = api.get(URL)["ETag"]
    changed = api.patch(URL, {"text": "second"}, content_type=JSON, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag
    assert changed["ETag"] == api.get(URL)["ETag"]


def test_a_stale_tag_is_refused(api: Client) -> None:
    tag = api.get(URL)["ETag"]
    api.patch(URL, {"text": "second"}, content_type=JSON)
    answer = api.patch(URL, {"text": "third"}, content_type=JSON, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert answer.json()["code"] == "stale"
    assert api.get(URL).json()["text"] == "second"


@pytest.mark.parametrize("given", ["*", '"zz", TAG'])
def test_other_ways_to_match(api: Client, given: str) -> None:
    given = given.replace("TAG", api.get(URL)["ETag"])
    answer = api.patch(URL, {"text": "x"}, content_type=JSON, headers={"If-Match": given})
    assert answer.status_code == 200


@pytest.mark.parametrize("given", ["1", "W/TAG", "", "garbage", '"2-aaaa"'])
def test_what_matches_nothing(api: Client, given: str) -> None:
    given = given.replace("TAG", api.get(URL)["ETag"])
    answer = api.patch(URL, {"text": "x"}, content_type=JSON, headers={"If-Match": given})
    assert answer.status_code == 412


def test_without_a_tag_the_change_is_made(api: Client) -> None:
    assert api.patch(URL, {"text": "x"}, content_type=JSON).status_code == 200


@pytest.mark.parametrize("given", ["TAG", "W/TAG", "*", '"other", TAG'])
def test_what_the_caller_has_is_not_sent_again(api: Client, given: str) -> None:
    tag = api.get(URL)["ETag"]
    answer = api.get(URL, headers={"If-None-Match": given.replace("TAG", tag)})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer["ETag"] == tag


def test_what_the_caller_has_not_is_sent(api: Client) -> None:
    answer = api.get(URL, headers={"If-None-Match": '"0-0"'})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_deletion(api: Client) -> None:
    answer = api.delete(URL)
    assert answer.status_code == 204
    assert answer.content == b""
    assert api.get(URL).status_code == 404
