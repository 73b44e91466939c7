"""Floor 1: whatever Parley calls or runs that is not Redis, and the processes that it consists of."""
