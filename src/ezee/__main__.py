"""``python -m ezee`` is the ``ezee`` command."""

from ezee.cli import main

if __name__ == "__main__":
    main()
