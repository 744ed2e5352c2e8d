"""An operator's lists are read line by line, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import SetupError
from ezee.events.bots.lists import read_list


def test_comments_and_empty_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    path.write_text("# all of them\n\n 1 # one\n2#two\n  \n3")
    assert read_list(path, int, "a number") == [1, 2, 3]


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    path.write_text("1\n# 2\nthree # 3\n")
    with pytest.raises(SetupError, match=r"numbers, line 3: 'three' is not a number\.$"):
        read_list(path, int, "a number")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "numbers"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SetupError, match=r"numbers is no text file that can be read\.$"):
        read_list(path, int, "a number")
