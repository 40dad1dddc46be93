"""`python -m trustgen` is `trustgen`."""

from trustgen.cli import main

main()
