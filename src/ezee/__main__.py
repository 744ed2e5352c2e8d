"""The ``ezee`` command, and ``python -m ezee``."""

from ezee.garbage import imports_spared


def main() -> None:
    """See ``ezee.cli.main``."""
    with imports_spared():
        from ezee import cli  # noqa: PLC0415 - what is imported at once is not spared
    cli.main()


if __name__ == "__main__":
    main()
