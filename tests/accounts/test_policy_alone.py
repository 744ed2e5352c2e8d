"""What the policy alone does, of all modules, and who may ask for everyone's rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import ezee

SOURCE = Path(ezee.__file__).parent
POLICY = "accounts/policy.py"


def test_a_readable_site_is_made_by_the_policy_alone() -> None:
    makers = {file for file, call in _calls() if _name_of(call.func) == "ReadableSite"}
    assert makers == {POLICY}


def test_sessions_are_opened_by_the_policy_alone() -> None:
    openers = {
        file
        for file, call in _calls()
        if (isinstance(call.func, ast.Attribute) and call.func.attr == "session")
        or _name_of(call.func) in {"Session", "sessionmaker", "scoped_session"}
    }
    assert openers == {POLICY}


def test_the_engine_is_reached_for_by_what_no_user_owns_and_who_copies_all_of_it() -> None:
    """A new one has to be thought about: nothing that a user asks for may come this way."""
    whole = {
        "accounts/copies.py",
        "accounts/moving.py",
        "backups/restoring.py",
        "upgrades/upgrading.py",
    }
    users = {
        file
        for file, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "engine"
        and _name_of(node.value) != "about"
    }
    own = {
        "accounts/database.py",
        "accounts/listening.py",
        "accounts/salts.py",
        "accounts/watch.py",
    }
    assert users == {*own, *whole}


def test_everyone_is_asked_for_by_few() -> None:
    """A new caller of the viewer who sees all has to be thought about, and written down here."""
    named = {
        file
        for file, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in {"EVERYONE", "seen_by_service"}
    }
    assert {file for file in named if not file.startswith("accounts/")} <= {"cli/accounts.py"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCE.rglob("*.py"):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text())


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for file, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield file, node


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
