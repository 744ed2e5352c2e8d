"""What ``docs/verified.md`` shows can be done, and the stamp it spells out is genuine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time

import pytest

from ezee.model.stamps import MINUTES_AHEAD, MINUTES_OLD, is_genuine
from tests.docs.pages import ROOT, blocks, examples, page
from tests.support.clock import instant
from tests.support.service import Service
from tests.support.stats import counted

PAGE = "docs/verified.md"
SITE = "ezi_64a31d92b70f"
SECRET = "ezs_" + "7".zfill(64)
EXAMPLES = {block.language: block.text for block, _ in examples(PAGE)}
# Each prints what it was answered; the event it sent is printed after it.
RUNNERS = {
    "python": ((sys.executable, "-c"), "import json; print(json.dumps(event))"),
    "js": (("node", "--input-type=module", "-e"), "console.log(JSON.stringify(event));"),
    "sh": (("sh", "-c"), 'echo; echo "$event"'),
}


def test_there_is_an_example_for_each_helper() -> None:
    assert set(EXAMPLES) == set(RUNNERS)


@pytest.mark.service
@pytest.mark.parametrize("language", RUNNERS)
def test_a_server_can_send_stamped_events(language: str, service: Service) -> None:
    command, ending = RUNNERS[language]
    for program in (command[0], *(("curl", "openssl") if language == "sh" else ())):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    account = service.account(f"{language}@verified.example")
    tracker = service.tracker(account.email)
    site_id = tracker["site_id"]
    secret = service.json("tracker", "sign", site_id)["secret"]
    script = EXAMPLES[language].replace("https://stats.example.com", service.url)
    done = subprocess.run(
        [*command, script.replace(SITE, site_id) + ending],
        cwd=ROOT / "helpers",
        env={**service.environ, "TOKEN": account.token, "SECRET": secret},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answer, event = map(json.loads, done.stdout.splitlines())
    assert answer == {"data": {"accepted": 1, "dropped": []}}
    now = round(time.time() * 1000)
    assert is_genuine(event["stamp"], secret, site_id, event["url"], now)
    assert counted(account, tracker, verified=1) == (1, 0)


def test_the_stamp_spelled_out_is_genuine() -> None:
    (stamp,) = [block.text.strip() for block in blocks(PAGE) if block.language == "text"]
    at = instant("2026-07-14T00:00:00+00:00")
    assert is_genuine(stamp, SECRET, SITE, "https://example.com/caf%C3%A9/", at)


def test_the_limits_are_told() -> None:
    told = (
        f"up to {MINUTES_OLD} minutes old when the event arrives, and up to {MINUTES_AHEAD} ahead"
    )
    assert told in " ".join(page(PAGE).split())
