"""How much chaos there is: a little in `make test`, CHAOS_EVENTS of it in `make test-all` and `make chaos`."""

import os
from typing import Final

EVENTS: Final = int(os.environ.get("CHAOS_EVENTS", "500"))
IS_LONG: Final = EVENTS > 1000
