"""``ezee user``, ``ezee tracker``, ``ezee token`` and the first start, as an operator has them."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.service import EZEE, PASSWORD, Service
from tests.support.terminal import Terminal

pytestmark = pytest.mark.service

OWNER = "owner@example.com"
TOKEN = re.compile(r"ezi_sk_[0-9a-f]{64}")
COMMANDS = {
    "user": ["add", "list", "set-plan", "remove"],
    "tracker": ["add", "list", "show", "set", "sign", "unsign"],
    "token": ["new", "list", "regenerate", "revoke"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A data folder that no service runs on, with one user."""
    idle = Service(tmp_path_factory.mktemp("idle") / "data")
    _add_user(idle, OWNER)
    return idle


@pytest.mark.parametrize("group", COMMANDS)
def test_help_names_every_command_and_what_it_does(folder: Service, group: str) -> None:
    text = _run(folder, group, "--help", data=False).stdout
    for command in COMMANDS[group]:
        assert re.search(rf"{command}\s+\w+", text)
        own = _run(folder, group, command, "--help", data=False).stdout
        assert "--data" in own
        assert "--json" in own


def test_a_user_is_added_listed_changed_and_removed(folder: Service) -> None:
    added = _add_user(folder, "Dave@Example.com", "--plan", "pro")
    assert added.items() >= {"email": "dave@example.com", "plan": "pro"}.items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", added["created_at"])
    assert added in folder.json("user", "list")

    changed = folder.json("user", "set-plan", "DAVE@example.com", "free")
    assert changed == {**added, "plan": "free"}
    assert changed in folder.json("user", "list")

    folder.tracker("dave@example.com", "dave.example")
    removed = folder.json("user", "remove", "dave@example.com", "--yes")
    assert removed == {"removed": "dave@example.com", "trackers": 1, "events_erased": 0}
    assert [each["email"] for each in folder.json("user", "list")] == [OWNER]


def test_a_table_for_people_has_what_the_json_has(folder: Service) -> None:
    text = folder.command("user", "list")
    (user,) = folder.json("user", "list")
    assert "created at" in text
    row = " +".join(user[name] for name in ("email", "plan", "created_at", "id"))
    assert re.search(rf"^ *{row} *$", text, re.MULTILINE)
    assert "There are no trackers yet." in folder.command("tracker", "list", "--user", OWNER)
    shown = folder.command("user", "set-plan", OWNER, "pro")
    assert re.search(rf"^email +{OWNER}$", shown, re.MULTILINE)


def test_a_tracker_is_added_and_listed(folder: Service) -> None:
    _add_user(folder, "erin@example.com")
    added = folder.json(
        "tracker", "add", "--user", "erin@example.com", "--name", "Shop", "--domain",
        "https://www.Shop.example/", "--timezone", "Europe/Berlin", "--private",
    )  # fmt: skip
    assert added.items() >= {
        "name": "Shop", "domain": "shop.example", "timezone": "Europe/Berlin",
        "public_stats": False,
    }.items()  # fmt: skip
    assert re.fullmatch(r"ezi_[0-9a-f]{12}", added["site_id"])
    assert folder.json("tracker", "list", "--user", "erin@example.com") == [added]
    assert added in folder.json("tracker", "list")
    assert folder.json("tracker", "list", "--user", OWNER) == []
    shown = folder.command(
        "tracker", "add", "--user", "erin@example.com", "--name", "Blog", "--domain", "b.example"
    )
    assert re.search(r"^site id +ezi_[0-9a-f]{12}$", shown, re.MULTILINE)
    folder.command("user", "remove", "erin@example.com", "--yes")


def test_a_token_is_shown_once(folder: Service) -> None:
    made = folder.json("token", "new", "--user", OWNER, "--name", "Laptop")
    assert TOKEN.fullmatch(made["token"])
    assert made["prefix"] == made["token"][:16]
    (listed,) = folder.json("token", "list", "--user", OWNER)
    assert listed.items() >= {
        "id": made["id"], "name": "Laptop", "prefix": made["prefix"], "scope": "read write",
        "last_used_at": None, "expires_at": None,
    }.items()  # fmt: skip
    shown = folder.command("token", "list", "--user", OWNER)
    # In a pipe a line is a line, however long: scripts and people copy ids from it.
    assert re.search(rf"^ *{made['id']} +Laptop +{made['prefix']} ", shown, re.MULTILINE)
    assert made["token"] not in shown

    new = folder.command("token", "regenerate", made["id"])
    assert "cannot be shown again" in new
    assert len(TOKEN.findall(new)) == 1
    assert made["token"] not in new
    (listed,) = folder.json("token", "list", "--user", OWNER)
    assert (listed["id"], listed["name"]) == (made["id"], "Laptop")

    assert folder.json("token", "revoke", made["id"]) == {"revoked": made["id"]}
    assert "There are no tokens." in folder.command("token", "list", "--user", OWNER)


def test_a_token_has_the_scope_and_the_end_it_was_given(folder: Service) -> None:
    for expires, hours in (("90d", 2160), ("12h", 12), ("2099-01-31T12:00Z", None)):
        made = folder.json(
            "token", "new", "--user", OWNER, "--name", "x", "--scope", "read", "--expires", expires
        )
        (listed,) = folder.json("token", "list", "--user", OWNER)
        assert listed["scope"] == "read"
        if hours is None:
            assert listed["expires_at"] == "2099-01-31T12:00:00.000Z"
        else:
            assert _seconds(listed["expires_at"]) - _seconds(listed["created_at"]) == hours * 3600
        folder.command("token", "revoke", made["id"])


NOBODY = "There is no user nobody@example.com. `ezee user list` shows all."
WRONG: list[tuple[list[str], str, str]] = [
    (["user", "add", "no-address", "--password-stdin"], PASSWORD, "email: must be an address"),
    (["user", "add", "x@example.com", "--password-stdin"], "short", "password: must have 10 to"),
    (["user", "add", "x@example.com"], "", "with --password-stdin"),
    (["user", "add", OWNER, "--password-stdin"], PASSWORD, f"There is a user {OWNER} already."),
    (["user", "set-plan", "nobody@example.com", "pro"], "", NOBODY),
    (["user", "remove", "nobody@example.com", "--yes"], "", NOBODY),
    (["tracker", "list", "--user", "nobody@example.com"], "", NOBODY),
    (
        ["tracker", "add", "--user", OWNER, "--name", "x", "--domain", "no host"],
        "",
        "domain: must be",
    ),
    (
        ["tracker", "add", "--user", OWNER, "--name", "x", "--domain", "a.b", "--timezone", "Mars"],
        "",
        "timezone: must be a time zone",
    ),
    (["token", "new", "--user", "nobody@example.com", "--name", "x"], "", NOBODY),
    (["token", "new", "--user", OWNER, "--name", "x", "--scope", "all"], "", "read, write or both"),
    (["token", "new", "--user", OWNER, "--name", "x", "--expires", "soon"], "", "expires: is a"),
    (["token", "new", "--user", OWNER, "--name", "x", "--expires", "2020-01-01"], "", "expires:"),
    (["token", "revoke", "nope"], "", "There is no token nope. `ezee token list`"),
    (["token", "regenerate", "nope"], "", "There is no token nope."),
]


@pytest.mark.parametrize(("command", "stdin", "says"), WRONG, ids=lambda value: str(value)[:60])
def test_what_is_wrong_is_told_in_a_sentence(
    folder: Service, command: list[str], stdin: str, says: str
) -> None:
    for arguments in (command, [*command, "--json"]):
        done = _run(folder, *arguments, stdin=stdin)
        assert (done.returncode, done.stdout) == (1, "")
        assert says in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["user", "nope"], ["user", "add"], ["user", "set-plan", OWNER, "gold"],
        ["tracker", "add", "--user", OWNER], ["token", "new"], ["token", "list", "--nope"],
    ],
    ids=str,
)  # fmt: skip
def test_a_command_that_is_none_has_a_status_of_its_own(
    folder: Service, command: list[str]
) -> None:
    done = _run(folder, *command)
    assert done.returncode not in {0, 1}
    assert done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _run(Service(tmp_path / "file" / "data"), "user", "list")
    assert done.returncode == 1
    assert "cannot be made" in " ".join(done.stderr.split())


def test_the_password_is_asked_for_twice_on_a_terminal(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    command = ["user", "add", "typed@example.com"]
    status, text = _typed(service, command, [PASSWORD, "something else entirely"])
    assert (status, "The two passwords differ" in text) == (1, True)
    status, text = _typed(service, command, [PASSWORD, PASSWORD])
    assert (status, "typed@example.com" in text) == (0, True)
    assert PASSWORD not in text
    assert [each["email"] for each in service.json("user", "list")] == ["typed@example.com"]


def test_removing_a_user_on_a_terminal_wants_the_address_typed(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    _add_user(service, OWNER)
    status, text = _typed(service, ["user", "remove", OWNER], ["no"])
    assert (status, "Nothing was removed." in text) == (0, True)
    assert len(service.json("user", "list")) == 1
    status, _ = _typed(service, ["user", "remove", OWNER], [OWNER])
    assert (status, service.json("user", "list")) == (0, [])


def test_commands_hold_at_once_for_the_service_that_runs(own_service: Service) -> None:
    account = own_service.account(OWNER)
    first = {"authorization": f"Bearer {account.token}"}
    assert _status(own_service, first) == 200

    made = own_service.json("token", "regenerate", account.token_id)
    assert _status(own_service, first) == 401
    second = {"authorization": f"Bearer {made['token']}"}
    assert _status(own_service, second) == 200

    own_service.command("token", "revoke", account.token_id)
    assert _status(own_service, second) == 401

    # Each at once after its command: nothing waits for a cache.
    for number in range(3):
        tracker = own_service.tracker(OWNER, f"{number}.example")
        event = {"site_id": tracker["site_id"], "url": "/"}
        assert own_service.collect(event).status_code == 202


@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
def test_removing_a_user_takes_the_events_too(own_service: Service, *, runs: bool) -> None:
    account = own_service.account(OWNER)
    kept = own_service.account("kept@example.com")
    gone_tracker = own_service.tracker(OWNER, "gone.example")
    kept_tracker = own_service.tracker(kept.email, "kept.example")
    for tracker in (gone_tracker, gone_tracker, kept_tracker):
        event = {"site_id": tracker["site_id"], "url": "/only-here"}
        assert own_service.collect(event).status_code == 202
    if not runs:
        own_service.stop()

    removed = own_service.json("user", "remove", OWNER, "--yes")
    assert removed == {"removed": OWNER, "trackers": 1, "events_erased": 2}

    if not runs:
        own_service.start()
    assert _status(own_service, {"authorization": f"Bearer {account.token}"}) == 401
    event = {"site_id": gone_tracker["site_id"], "url": "/"}
    assert own_service.collect(event).status_code == 404
    stats = f"{own_service.url}/api/public/stats"
    assert httpx.get(stats, params={"site_id": gone_tracker["site_id"]}).status_code == 404
    report = httpx.get(stats, params={"site_id": kept_tracker["site_id"], "period": "today"})
    assert report.json()["data"]["totals"]["pageviews"] == 1
    # Nothing of it is left to be counted, by a tracker that had the same id.
    assert own_service.json("user", "list")[-1]["email"] == kept.email


def test_the_first_start_writes_how_to_sign_in_for_the_owner_alone(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--owner-email", "First@Example.com").start()
    try:
        path = service.data / "first-sign-in.txt"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(service.data.stat().st_mode) == 0o700
        text = path.read_text()
        (token,) = TOKEN.findall(text)
        (password,) = re.findall(r"password  (\S+)", text)
        assert "first@example.com" in text
        assert f"curl -H 'Authorization: Bearer <token>' {service.url}/api/v1/trackers" in text
        assert _status(service, {"authorization": f"Bearer {token}"}) == 200
        log = service.log.read_text()
        assert "first-sign-in.txt" in log
        assert token not in log
        assert password not in log
    finally:
        service.stop()
    log = service.log.read_text()
    assert not TOKEN.search(log)

    before = service.json("user", "list")
    path.unlink()
    service.start()
    try:
        assert not path.exists()
        assert service.json("user", "list") == before
        assert [user["plan"] for user in before] == ["pro"]
        assert _status(service, {"authorization": f"Bearer {token}"}) == 200
        assert len(service.json("token", "list", "--user", "first@example.com")) == 1
    finally:
        service.stop()


def test_a_folder_with_a_user_gets_no_other_owner(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    _add_user(service, OWNER)
    service.start()
    service.stop()
    assert [each["email"] for each in service.json("user", "list")] == [OWNER]
    assert not (service.data / "first-sign-in.txt").exists()


def test_on_a_terminal_how_to_sign_in_is_shown_and_not_written(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Terminal(["serve", "--data", str(data), "--port", "0"]) as terminal:
        text = terminal.read_until("Ctrl-C stops it")
        (token,) = TOKEN.findall(text)
        (url,) = re.findall(r"answers at (http://\S+?),", text)
        answer = httpx.get(f"{url}/api/v1/me", headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["data"]["email"]) == (200, "owner@localhost")
        assert "password" in text
        assert not (data / "first-sign-in.txt").exists()
        assert terminal.interrupt() == 0
    files = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    assert files
    assert not any(token[16:].encode() in content for content in files)


def _typed(service: Service, command: list[str], lines: list[str]) -> tuple[int, str]:
    """Run a command on a terminal and answer each of its questions with a line."""
    with Terminal([*command, "--data", str(service.data)]) as terminal:
        for line in lines:
            terminal.read_until(": ")
            terminal.type(line)
        return terminal.wait(), terminal.text


def _run(
    service: Service, *arguments: str, stdin: str = "", data: bool = True
) -> subprocess.CompletedProcess[str]:
    where = ["--data", str(service.data)] if data else []
    return subprocess.run(
        [*EZEE, *arguments, *where],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "200"},
    )


def _add_user(service: Service, email: str, *options: str) -> Any:
    added = service.json("user", "add", email, *options, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert "password" not in json.dumps(added)
    return added


def _status(service: Service, headers: dict[str, str]) -> int:
    return httpx.get(f"{service.url}/api/v1/me", headers=headers).status_code


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
