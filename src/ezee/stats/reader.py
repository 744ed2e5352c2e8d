"""The parameters of a question as they are read, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ezee.errors import FieldError, InvalidRequest


class Reader:
    """Each parameter by its name. What is wrong is gathered, and told by ``finish``."""

    def __init__(self, parameters: Sequence[tuple[str, str]], known: Sequence[str]) -> None:
        self._parameters = parameters
        self._errors: list[FieldError] = []
        for name in dict.fromkeys(name for name, _ in parameters):
            if name not in known:
                self.wrong(name, f"is not a parameter here; there are {', '.join(known)}")

    def wrong(self, name: str, message: str) -> None:
        """Remember what is wrong with a parameter."""
        self._errors.append(FieldError(name, message))

    def finish(self) -> None:
        """Say all that is wrong.

        Raises:
            InvalidRequest: unless nothing is.
        """
        if self._errors:
            sentence = "; ".join(f"{error.field}: {error.message}" for error in self._errors)
            raise InvalidRequest(sentence, self._errors)

    def all(self, name: str) -> list[str]:
        """The values of a parameter that may be repeated."""
        return [value for other, value in self._parameters if other == name]

    def some(self, name: str, most: int) -> list[str]:
        """The values of a parameter that may be repeated so often; none of more."""
        values = self.all(name)
        if len(values) > most:
            self.wrong(name, f"may be given {most} times at most")
            return []
        return values

    def one(self, name: str) -> str | None:
        """The value of a parameter that may be given once, or None."""
        values = self.all(name)
        if len(values) > 1:
            self.wrong(name, "may be given once only")
        return values[-1] if values else None

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within limits."""
        text = self.one(name)
        if text is None:
            return default
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self.wrong(name, f"must be a whole number from {least:,} to {most:,}")
        return default

    def names(self, name: str, texts: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
        """Those of the texts that are known, each once; what the others are is told."""
        known = tuple(known)
        given = [text.strip() for text in texts]
        for text in given:
            if text not in known:
                self.wrong(name, none_of(text, known))
        return tuple(dict.fromkeys(text for text in given if text in known))


def none_of(text: str, known: Iterable[str]) -> str:
    """That a text is not among those known; it is shown short and printable."""
    return f"{shown(text)} is none of {', '.join(known)}"


def shown(text: str) -> str:
    """A text as it may stand in a message."""
    short = "".join(letter for letter in text if letter.isprintable())[:40]
    return f'"{short}"'
