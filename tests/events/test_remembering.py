"""What was read once is remembered, within bounds."""

from __future__ import annotations

from ezee.events.remembering import Memory


class Reader:
    """Reads a key as its length, and tells how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, key: str) -> int:
        self.asked += 1
        return len(key)


def test_what_was_read_is_not_read_again() -> None:
    read = Reader()
    memory = Memory(read)
    assert [memory["abc"], memory["abc"], memory[""], memory[""]] == [3, 3, 0, 0]
    assert read.asked == 2


def test_a_long_text_is_read_each_time() -> None:
    read = Reader()
    memory = Memory(read, longest=3)
    assert [memory["abc"], memory["abcd"], memory["abcd"]] == [3, 4, 4]
    assert (read.asked, [*memory]) == (3, ["abc"])


def test_the_texts_of_a_key_count_together() -> None:
    memory = Memory(len, longest=5)
    assert (memory["abc", ("d", 7)], memory["abc", ("def", 7)]) == (2, 2)
    assert [*memory] == [("abc", ("d", 7))]


def test_of_too_many_the_oldest_are_forgotten() -> None:
    read = Reader()
    memory = Memory(read, most=2_000)
    for number in range(50_000):
        memory[str(number)]
    assert len(memory) <= 2_000
    assert (memory["49999"], read.asked) == (5, 50_000)
    assert (memory["0"], read.asked) == (1, 50_001)
