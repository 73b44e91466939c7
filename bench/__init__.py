"""Benchmarks that anyone can run. Ratios within one run count, not absolute times."""
