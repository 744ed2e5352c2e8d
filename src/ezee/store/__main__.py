"""The process that ``host`` starts: ``python -m ezee.store``."""

from ezee.garbage import imports_spared

if __name__ == "__main__":
    with imports_spared():
        from ezee.store.hosted import main
    main()
