"""Submissions for tests, made by the door's own parser."""

from service.core.submission import Submission

PAGE = "https://news.example.org/article"
NETWORK = "192.0.2.1/32"


def submission(body: str = "Well said.", **fields: str) -> Submission:
    """Return what Ana typed under the article, with *fields* instead."""
    typed = {"thread_url": PAGE, "name": "Ana", "email": "ana@example.com", "body": body} | fields
    return Submission.parse(typed, require_name_email=True)
