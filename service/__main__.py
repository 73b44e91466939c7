"""`python -m service`."""

import signal

# Until a process sets up its own handling, Ctrl-C ends it without a word.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from service.cli import main  # noqa: E402 - importing takes long enough to be interrupted

main()
