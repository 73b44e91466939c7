"""How much is done in tests that can grow: a little in `make test`, all of it in `make test-all` and `make chaos`."""

import os
from typing import Final

EVENTS: Final = int(os.environ.get("CHAOS_EVENTS", "500"))
IS_LONG: Final = EVENTS > 1000
