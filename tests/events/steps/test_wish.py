"""Those who do not want to be counted are not, where the tracker respects it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.signals import NO_SIGNALS, Signals
from ezee.events.steps.wish import is_opted_out
from ezee.model.rules import SiteRules
from tests.support.events import SITE_ID, draft, site

KEY = "0123456789abcdef0123456789abcdef"
MINE = f"ezee_opt_out_{SITE_ID}={KEY}"


@pytest.mark.parametrize("gpc", [False, True])
@pytest.mark.parametrize("dnt", [False, True])
@pytest.mark.parametrize("respect_gpc", [False, True])
@pytest.mark.parametrize("respect_dnt", [False, True])
def test_a_browsers_wish_is_heard_as_the_tracker_is_set(
    tmp_path: Path, gpc: bool, dnt: bool, respect_gpc: bool, respect_dnt: bool
) -> None:
    rules = SiteRules(respect_gpc=respect_gpc, respect_dnt=respect_dnt)
    made = draft(tmp_path, site=site(rules=rules), signals=Signals(gpc=gpc, dnt=dnt))
    heard = (gpc and respect_gpc) or (dnt and respect_dnt)
    assert is_opted_out(made) is heard


@pytest.mark.parametrize(
    ("field", "cookies", "dropped"),
    [
        (None, "", False),
        ("", "", False),
        (KEY, "", True),
        (KEY.upper(), "", False),
        (KEY[:-1], "", False),
        ("schlüssel\ud800", "", False),
        (None, MINE, True),
        (None, f"session=1; {MINE}; theme=dark", True),
        (None, f'a[b]=c; odd; "x"={{"y": 1}};{MINE}', True),
        (None, f"ezee_opt_out_{SITE_ID}=old; {MINE}", True),
        (None, f"ezee_opt_out_{SITE_ID}=", False),
        (None, f"ezee_opt_out_{SITE_ID}", False),
        (None, f"ezee_opt_out_ezi_00000000000b={KEY}", False),
        (None, f"x={MINE}", False),
        ("wrong", MINE, True),
    ],
)
def test_an_opt_out_needs_the_trackers_key(
    tmp_path: Path, field: str | None, cookies: str, dropped: bool
) -> None:
    made = draft(
        tmp_path, site=site(opt_out_key=KEY), signals=Signals(opt_out=cookies), opt_out=field
    )
    assert is_opted_out(made) is dropped


def test_where_there_is_no_key_none_fits(tmp_path: Path) -> None:
    signals = Signals(opt_out=f"ezee_opt_out_{SITE_ID}=")
    assert not is_opted_out(draft(tmp_path, signals=signals, opt_out=""))


def test_who_sends_for_others_may_send_an_opt_out(tmp_path: Path) -> None:
    made = draft(tmp_path, site=site(opt_out_key=KEY), signals=NO_SIGNALS, opt_out=KEY)
    assert is_opted_out(made)
