"""One page, one thread: canonical URLs and the keys made from them."""

import re
from time import perf_counter
from unicodedata import normalize
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.sealing import FingerprintKey
from service.core.masking import MASK, holds_address, lift
from service.core.thread import LONGEST_URL, NotAPage, canonical, decoded, key_of, link_to, may_tell, shown, thread_key

FINGERPRINTS = FingerprintKey(b"k" * 32)


def key(*, url: str = "", thread_id: str = "", site: str = "news") -> str:
    return thread_key(site, url=url, thread_id=thread_id, fingerprints=FINGERPRINTS)


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("https://News.Example.org", "https://news.example.org/"),
        ("HTTPS://news.example.org:443/a", "https://news.example.org/a"),
        ("http://news.example.org:8080/a", "http://news.example.org:8080/a"),
        ("https://user:password@news.example.org/a#part", "https://news.example.org/a"),
        ("https://news.example.org/a?utm_source=x&id=7&fbclid=y", "https://news.example.org/a?id=7"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_a_page_has_one_url(typed: str, page: str) -> None:
    assert canonical(typed) == page


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "news.example.org/a",
        "ftp://news.example.org/a",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "https://news.example.org:port/",
        "https://news.example.org/a b",
        "https://news.example.org\\@evil.example/",
    ],
)
def test_what_is_no_page_is_refused(typed: str) -> None:
    with pytest.raises(NotAPage):
        canonical(typed)


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ("news.example.org/a", "like https://example.org/article"),
        ("https://news.example.org/a b?to=ana@example.com", "%20"),
        ("https://ana%40example.com/", "host name"),
        ("https://news.example.org/?" + "&".join(f"n{n}" for n in range(101)), "more than 100"),
        ("https://news.example.org/?q=" + "я" * 400, "too long"),
    ],
)
def test_what_is_refused_says_why_without_repeating_it(typed: str, cure: str) -> None:
    with pytest.raises(NotAPage) as refused:
        canonical(typed)
    assert len(str(refused.value)) < 150
    assert cure in str(refused.value)
    assert "ana" not in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        "?id=7&email=ana@example.com",
        "?email=ana%40example.com&id=7",
        "?id=7&email=ana%252540example.com",
        "?id=7&email=ana%25%34%30example.com",
        "?id=7&email=ana%EF%BC%A0example.com",
        "?id=7&email=ana%25EF%25BC%25A0example%25E3%2580%2582com",
        "?id=7&email=ana+(at)+example.com",
        "?id=7&ana@example.com",
        "?id=7&ana%40example.com=1",
        "?id=7&to[]=ana@example.com",
        "?id=7&email=ana%" + "25" * 30 + "40example.com",
        "?id=7;email=ana@example.com",
        "?id=7?email=ana@example.com",
        "?id=7%26email%3Dana@example.com",
        "?id=7&utm_content=ana@example.com",
        "?id=7&return=https%3A%2F%2Fshop.example%2Fana%2540example.com",
        "?id=7#ana@example.com",
        "?id=7#!/?email=ana@example.com",
    ],
)
def test_a_parameter_that_holds_an_address_makes_no_page_of_its_own(typed: str) -> None:
    assert canonical(f"https://news.example.org/a{typed}") == "https://news.example.org/a?id=7"


def test_of_a_parameter_that_holds_a_query_only_the_address_goes() -> None:
    page = canonical("https://news.example.org/a?next=%2Fb%3Fid%3D7%26email%3Dana%40example.com%26page%3D2")
    assert page == "https://news.example.org/a?next=%2Fb%3Fid%3D7%26page%3D2"


@pytest.mark.parametrize("typed", ["https://ana@news.example.org/a", "https://ana%40example.com:pw@news.example.org/a"])
def test_who_signs_in_to_a_page_is_not_part_of_it(typed: str) -> None:
    assert canonical(typed) == "https://news.example.org/a"


@pytest.mark.parametrize(
    "typed", ["/a;email=ana@example.com/b", "/a;email=ana%2540example.com/b", "/a;ana@example.com/b"]
)
def test_a_paths_parameter_that_holds_an_address_makes_no_page_of_its_own(typed: str) -> None:
    assert canonical(f"https://news.example.org{typed}") == "https://news.example.org/a/b"


@pytest.mark.parametrize(
    "path",
    [
        "/ana@example.com",
        "/authors/ana@example.com/",
        "/authors/ana%40example.com?page=2",
        "/authors/ana%252540example.com",
        "/authors/ana%EF%BC%A0example.com",
        "/authors/ana%25EF%25BC%25A0example.com",
        "/authors/ana%2520%2528at%2529%2520example.com",
        "/authors/" + "ana%" + "25" * 30 + "40example.com/",
    ],
)
def test_a_path_that_holds_an_address_is_taken_and_shown_masked(path: str) -> None:
    page = canonical(f"https://news.example.org{path}")
    assert page == f"https://news.example.org{path}"
    masked = shown(page)
    assert masked.text.startswith("https://news.example.org/")
    assert MASK in masked.text
    assert not link_to(masked.text)
    assert "ana" not in masked.text.removeprefix("https://news.example.org/")
    assert lift(masked) == page


@pytest.mark.parametrize(
    "path", ["/lib@18.html", "/photo@2x.html", "/npm/react@18.2.0", "/@ana/why", "/a?to=@ana", "/@ana@example.com/1"]
)
def test_a_path_with_an_at_is_a_page_like_any_other(path: str) -> None:
    page = canonical(f"https://news.example.org{path}")
    assert canonical(page) == page
    assert shown(page).text.startswith("https://news.example.org/")


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8080", "https://news.example.org:8443", "http://[::1]:80", "http://localhost"]
)
def test_a_pages_origin_is_shown_whatever_its_path_holds(origin: str) -> None:
    assert shown(f"{origin}/authors/ana@example.com/1").text == f"{origin}/authors/{MASK}/1"
    assert shown(f"{origin}/ana%252540example.com").text == f"{origin}/{MASK}"


def test_pages_whose_paths_hold_addresses_are_apart_and_their_keys_are_no_mere_hashes() -> None:
    paths = ("/lib@18.html", "/lib@19.html", "/ana@example.com", "/ben@example.com", "/ana%40example.com")
    urls = [f"https://news.example.org{path}" for path in paths]
    keys = {key(url=url) for url in urls} | {key(thread_id=path) for path in paths}
    assert len(keys) == 10
    assert keys.isdisjoint({key_of(url=url, thread_id="") for url in urls})
    assert keys.isdisjoint({key_of(url="", thread_id=path) for path in paths})
    assert keys.isdisjoint({key(url=url, site="other") for url in urls})
    assert key(url=urls[2]) == key(url=urls[2].replace("https", "http"))


def test_a_page_without_an_address_has_the_key_that_it_always_had() -> None:
    for path in ("/", "/a?id=7", "/@ana/why", "/?to=@ana", "/%C3%A9t%C3%A9"):
        url = f"https://news.example.org{path}"
        assert key(url=url) == key_of(url=url, thread_id="")
    assert key(thread_id="42") == key_of(url="", thread_id="42")
    assert key_of(url="https://news.example.org/a", thread_id="") == "36tldjdwsczz6h4p47y6kcnae2"


@given(st.text(max_size=200))
def test_canonical_is_stable_or_refuses(text: str) -> None:
    try:
        page = canonical(f"https://news.example.org/{text}")
    except NotAPage:
        return
    assert canonical(page) == page
    assert not holds_address(shown(page).text)


PIECES = st.sampled_from(
    [
        *"/?&;=#+@%.:",
        "%40",
        "%2540",
        "%25",
        "%3B",
        "%26",
        "%3F",
        "%EF%BC%A0",
        "ana",
        "example.com",
        "ana@example.com",
        "id",
    ]
)


@given(st.lists(PIECES, max_size=24).map("".join))
@settings(max_examples=500)
def test_wherever_an_address_stands_in_a_url_it_is_never_shown(text: str) -> None:
    page = canonical(f"https://news.example.org/{text}")
    assert canonical(page) == page
    assert not holds_address(shown(page).text)
    # "/@name@host" is a profile's link, which may be kept.
    read = re.sub("/@[^/]*", "/", normalize("NFKC", decoded(shown(page).text) or ""))
    assert not re.search(r"ana@example\.com(?![\w.-])", read)
    assert not any(may_tell(each) for pair in parse_qsl(urlsplit(page).query) for each in pair)


NASTY = PIECES | st.sampled_from(["at。", "ﷺ", "…", "`", "_x_", "on%20gmail", "(at)", "%0A", "-at-", "a" * 50])


@given(st.lists(st.tuples(NASTY, st.sampled_from([1, 15])), max_size=20))
@settings(max_examples=300)
def test_a_url_that_keeps_its_readers_busy_is_one_page_and_shows_no_address(found: list[tuple[str, int]]) -> None:
    text = "".join(piece * times for piece, times in found)
    try:
        page = canonical(f"https://news.example.org/{text}"[:LONGEST_URL])
    except NotAPage:
        return
    assert canonical(page) == page
    assert not holds_address(shown(page).text)


def test_in_a_url_that_keeps_its_readers_busy_whatever_has_a_sign_counts_as_an_address() -> None:
    path, news = f"/a/x@y/{'@.' * 20}", "https://news.example.org"
    page = canonical(f"{news}{path}?id=7&to=@ana&q={'at.' * 20}&mail=c29tZW9uZUBleGFtcGxlLmNvbQ")
    assert page == f"{news}{path}?id=7"
    masked = shown(page)
    assert masked.text == f"{news}/a/{MASK}/{MASK}"
    assert lift(masked) == page
    few = canonical(f"{news}/a/x@y/?id=7&to=@ana&q=at.at.at")
    assert shown(few).text == few == f"{news}/a/x@y/?id=7&to=%40ana&q=at.at.at"


def test_what_is_left_of_a_url_is_read_as_it_was_before_the_rest_was_taken_away() -> None:
    page = canonical(f"https://news.example.org/@.@.@.@.@./?to=@ana&mail=ana@example.com,{'x' * 400}")
    assert page == canonical(page) == "https://news.example.org/@.@.@.@.@./?to=%40ana"


def test_a_page_is_one_thread_by_http_and_by_https() -> None:
    assert key_of(url="http://news.example.org/a", thread_id="") == key_of(
        url="https://news.example.org/a", thread_id=""
    )


def test_the_hosts_own_id_names_the_thread_wherever_the_page_moves() -> None:
    moved = {key_of(url=url, thread_id="42") for url in ("https://a.example/old", "https://a.example/new")}
    assert len(moved) == 1
    assert moved != {key_of(url="https://a.example/old", thread_id="")}


@pytest.mark.parametrize(
    "unit",
    [
        "a@b.co/",
        "a@b.c=%2540&",
        ";a@b.co",
        "a;a@b.co/",
        "%2525252525252540/",
        "?b%40c",
        "a=1;b@c.de&",
        "%25",
        "=@",
        "a.at.b.co/",
    ],
)
@pytest.mark.parametrize("front", ["/", "/?", "/a?a="])
def test_no_url_costs_more_than_its_length(front: str, unit: str) -> None:
    """This bound is for any machine: where each piece is looked at against all others, it takes seconds."""
    url = f"https://news.example.org{front}{unit * LONGEST_URL}"[:LONGEST_URL]
    began = perf_counter()
    try:
        shown(canonical(url))
    except NotAPage as refused:
        assert url.count("&") >= 100 or "too long" in str(refused)
    assert perf_counter() - began < 1
