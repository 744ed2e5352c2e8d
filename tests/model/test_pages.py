"""Which rules a tracker may have, and which group a page belongs to."""

from __future__ import annotations

import msgspec
import pytest

from ezee.model.pages import NO_PAGE_RULES, PageRules, find_errors, group_of


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/user/*/posts", "/user/7/posts", True),
        ("/user/*/posts", "/user/José Ñ/posts", True),
        ("/user/*/posts", "/user//posts", False),
        ("/user/*/posts", "/user/7/8/posts", False),
        ("/user/*/posts", "/user/7/posts/", False),
        ("/user/*/posts", "/en/user/7/posts", False),
        ("/user/*", "/user/", False),
        ("/user/*", "/user/7?tab=posts", True),
        ("/user/*?tab=*", "/user/7?tab=posts", True),
        ("/user/*?tab=*", "/user/7", False),
        ("/item-*.html", "/item-7.html", True),
        ("/item-*.html", "/item-7xhtml", False),
        ("/docs/**", "/docs/", True),
        ("/docs/**", "/docs/a/b/", True),
        ("/docs/**", "/docs", False),
        ("/docs**", "/docs", True),
        ("/**/edit", "/edit", True),
        ("/**/edit", "/a/b/edit", True),
        ("/**/edit", "/credit", False),
        ("/a/**/b", "/a/b", True),
        ("/a/**/b/*", "/a/x/y/b/z", True),
        ("/**/**/b", "/b", False),
        ("/#/shop/*", "/#/shop/7", True),
        ("/caf\u00e9/*", "/caf\u00e9/\u00fc", True),
        ("/*", "/\ud800", True),
        ("/**", "/a\nb", True),
        ("/a.b", "/a.b", True),
        ("/a.b", "/axb", False),
        ("/**", "", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert group_of(path, (pattern,)) == (pattern if fits else path)


def test_the_first_pattern_that_fits_is_taken() -> None:
    groups = ("/user/new", "/user/*", "/**")
    paths = ("/user/new", "/user/7", "/user/7/posts")
    assert tuple(group_of(path, groups) for path in paths) == groups
    assert group_of("/user/new", groups[::-1]) == "/**"


def test_stars_take_no_more_than_linear_time() -> None:
    # A matcher that goes back would try some 10^25 ways.
    assert group_of("/" + "a" * 1999, ("/" + "**a" * 10 + "b",)) == "/" + "a" * 1999


@pytest.mark.parametrize(
    ("rules", "field", "message"),
    [
        ({"keep_parameters": ["a"] * 51}, "keep_parameters", "must be at most 50 names"),
        (
            {"keep_parameters": ["a", ""]},
            "keep_parameters",
            "name 2 must have 1 to 300 characters",
        ),
        (
            {"keep_parameters": ["a" * 301]},
            "keep_parameters",
            "name 1 must have 1 to 300 characters",
        ),
        (
            {"keep_parameters": ["a\n"]},
            "keep_parameters",
            "name 1 must not contain control characters or lone surrogates",
        ),
        ({"keep_parameters": ["a", "b", "a"]}, "keep_parameters", "name 3 is there already"),
        (
            {"groups": [f"/{number}" for number in range(101)]},
            "groups",
            "must be at most 100 patterns",
        ),
        ({"groups": ["/a", "user/*"]}, "groups", "pattern 2 must start with /"),
        ({"groups": [""]}, "groups", "pattern 1 must start with /"),
        ({"groups": ["/***"]}, "groups", "pattern 1 has more than two * in a row"),
        ({"groups": ["/*" * 11]}, "groups", "pattern 1 must have at most 10 wildcards"),
        ({"groups": ["/" + "a" * 300]}, "groups", "pattern 1 must have 1 to 300 characters"),
        (
            {"groups": ["/\u0085"]},
            "groups",
            "pattern 1 must not contain control characters or lone surrogates",
        ),
        ({"groups": ["/a/*", "/a/*"]}, "groups", "pattern 2 is there already"),
    ],
)
def test_wrong_rules_are_told(rules: dict[str, list[str]], field: str, message: str) -> None:
    assert find_errors(msgspec.convert(rules, PageRules)) == [(field, message)]


def test_every_wrong_field_is_named() -> None:
    errors = find_errors(PageRules(keep_parameters=("",), groups=("a",)))
    assert [error.field for error in errors] == ["keep_parameters", "groups"]


@pytest.mark.parametrize(
    "rules",
    [
        NO_PAGE_RULES,
        PageRules(
            keep_parameters=tuple(f"{number:0300}" for number in range(50)),
            groups=tuple(f"/**{number:0278}" + "/*" * 9 for number in range(100)),
        ),
    ],
)
def test_rules_up_to_the_limits_are_right(rules: PageRules) -> None:
    assert find_errors(rules) == []
    assert group_of("/", rules.groups) == "/"
