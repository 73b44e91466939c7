"""What the store knows of an author, asked as the door does."""

from service.core.comment import Author, Standing
from service.store.queue import Door, Queue, Welcome


def standing(queue: Queue, site: str, author: Author) -> Standing:
    """Return what is known of *author*: by the author key, and, apart from that, by the address."""
    door = Door("nothing", "nowhere", 60, 1, known_as=author.known_as, fingerprint=author.fingerprint)
    found = queue.preflight(site, door)
    assert isinstance(found, Welcome)
    return found.standing
