"""``python -m tests.documentation``."""

from tests.documentation import main

main()
