"""Floor 1: Redis. `keys.py` is the schema; each atomic change is one script in `lua/`."""
