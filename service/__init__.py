"""Parley: takes comments in, hides addresses, scores, queues, decides, tells. Start at `docs/path-of-a-comment.md`."""
