"""`python -m trustgen` is `trustgen`."""

from trustgen.cli import main

if __name__ == "__main__":
    main()
