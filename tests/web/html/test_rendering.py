"""What every page has: strict headers, a language, a look."""

from __future__ import annotations

import pytest

from tests.support.pages import Visitor

pytestmark = pytest.mark.service


def test_pages_run_no_script_but_ours(anybody: Visitor) -> None:
    page = anybody.get("/sign-in")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert " style=" not in page.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,en;q=0.5", "de"), ("fr, en;q=0.1, de;q=0.9", "de"), ("", "en"), ("x;q=y,,;", "en")],
)
def test_the_language_is_the_browsers(anybody: Visitor, accepted: str, language: str) -> None:
    page = anybody.get("/sign-in", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in page.text


def test_a_language_that_was_chosen_stays(anybody: Visitor) -> None:
    answer = anybody.client.post("/language", data={"language": "de", "next": "/sign-in"})
    assert answer.url.path == "/sign-in"
    assert '<html lang="de">' in answer.text
    assert "Anmelden" in anybody.get("/sign-in").text


def test_a_look_that_was_chosen_stays_until_the_systems_is_chosen(anybody: Visitor) -> None:
    for look in ("dark", "light"):
        anybody.client.post("/look", data={"look": look})
        assert f'data-theme="{look}"' in anybody.get("/sign-in").text
    anybody.client.post("/look", data={"look": ""})
    assert "data-theme" not in anybody.get("/sign-in").text


def test_files_are_kept_for_good_and_come_compressed(anybody: Visitor) -> None:
    page = anybody.get("/sign-in").text
    path = page.split('rel="stylesheet" href="')[1].partition('"')[0]
    sizes = {}
    for coding in ("identity", "gzip", "br"):
        answer = anybody.client.send(
            anybody.client.build_request("GET", path, headers={"accept-encoding": coding}),
            stream=True,
        )
        sizes[coding] = len(b"".join(answer.iter_raw()))
        assert answer.headers.get("content-encoding", "identity") == coding
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert sizes["br"] < sizes["gzip"] < sizes["identity"]
    assert anybody.get("/assets/style.css").status_code == 404
    assert anybody.get("/assets/..%2f__init__.py").status_code == 404
