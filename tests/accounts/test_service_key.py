"""The service key: made once, kept to its owner, and what is derived from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ezee.accounts.service_key import (
    FILE_NAME,
    is_opt_out_key,
    new_nonce,
    opt_out_key,
    read_service_key,
    signing_secret,
)
from ezee.errors import SetupError

SITE = "ezi_64a31d92b70f"
OTHER = "ezi_64a31d92b70e"
KEY = bytes(31) + b"\x01"
NONCE = b"\x01" * 16
RACE = """\
import sys
from pathlib import Path
from ezee.accounts.service_key import read_service_key

folders = sorted(Path(sys.argv[1]).iterdir())
print("ready", flush=True)
sys.stdin.readline()
for folder in folders:
    print(read_service_key(folder).hex())
"""


def test_a_key_is_32_random_bytes_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    keys = [read_service_key(folder) for folder in folders]
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]
    assert [read_service_key(folder) for folder in folders] == keys
    for folder in folders:
        (path,) = folder.iterdir()
        assert (path.name, path.stat().st_mode & 0o777) == (FILE_NAME, 0o600)


def test_processes_that_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / f"{number:02}" for number in range(50)]
    for folder in folders:
        folder.mkdir()
    command = [sys.executable, "-c", RACE, str(tmp_path)]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    outputs = [racer.communicate(timeout=60)[0].split() for racer in racers]
    on_disk = [read_service_key(folder).hex() for folder in folders]
    assert outputs == [on_disk] * 3
    assert [path.name for folder in folders for path in folder.iterdir()] == [FILE_NAME] * 50


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, bytes(32)])
def test_a_damaged_key_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(SetupError, match=r"service\.key is damaged\. Put back the one"):
        read_service_key(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_key_that_cannot_be_made_or_read_is_a_setup_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be made or read: No such file or directory"):
        read_service_key(tmp_path / "nowhere")
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(SetupError, match="cannot be made or read: Is a directory"):
        read_service_key(tmp_path)


# Worked out with `openssl dgst -sha256 -mac HMAC`.
def test_what_is_derived_does_not_change_with_the_version() -> None:
    assert signing_secret(KEY, SITE, NONCE) == (
        "ezs_551c97b00d600b37bdb7e380961971cd802ed7e08c0dbd25dbfb37087c6353ef"
    )
    assert opt_out_key(KEY, SITE) == "b78fb5accddc4ab96347085b72436de3"


def test_each_key_site_and_nonce_has_a_secret_of_its_own() -> None:
    nonces = [NONCE, new_nonce(), new_nonce()]
    assert [len(nonce) for nonce in nonces] == [16] * 3
    secrets = {
        signing_secret(key, site_id, nonce)
        for key in (KEY, b"x" * 32)
        for site_id in (SITE, OTHER)
        for nonce in nonces
    }
    assert len(secrets) == 12


def test_an_opt_out_key_is_for_one_tracker_of_one_service() -> None:
    key = opt_out_key(KEY, SITE)
    assert is_opt_out_key(key, KEY, SITE)
    assert not is_opt_out_key(key, KEY, OTHER)
    assert not is_opt_out_key(key, b"x" * 32, SITE)


@pytest.mark.parametrize("rubbish", ["", "0" * 32, "٣" * 32, "\ud800", "\0", SITE])
def test_any_other_text_is_not_an_opt_out_key(rubbish: str) -> None:
    key = opt_out_key(KEY, SITE)
    for text in (rubbish, key + rubbish, rubbish + key):
        assert is_opt_out_key(text, KEY, SITE) is (text == key)
    assert not is_opt_out_key(key.upper(), KEY, SITE)
    assert not is_opt_out_key(key[:-1], KEY, SITE)
