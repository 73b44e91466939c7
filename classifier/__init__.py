"""Parley's judge: a small additive model of toxicity, exact about why. Run time needs numpy alone."""
