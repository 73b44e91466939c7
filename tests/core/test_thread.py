"""One page, one thread: canonical URLs and the keys made from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.thread import NotAPage, canonical, key_of


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
    "typed", ["https://news.example.org/?to=ana@example.com", "https://news.example.org/ana%40example.com"]
)
def test_an_address_in_a_page_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(NotAPage) as refused:
        canonical(typed)
    assert "ana" not in str(refused.value)


@given(st.text(max_size=200))
def test_canonical_is_stable_or_refuses(text: str) -> None:
    try:
        page = canonical(f"https://news.example.org/{text}")
    except NotAPage:
        return
    assert canonical(page) == page


def test_a_page_is_one_thread_by_http_and_by_https() -> None:
    assert key_of(url="http://news.example.org/a", thread_id="") == key_of(
        url="https://news.example.org/a", thread_id=""
    )


def test_the_hosts_own_id_names_the_thread_wherever_the_page_moves() -> None:
    moved = {key_of(url=url, thread_id="42") for url in ("https://a.example/old", "https://a.example/new")}
    assert len(moved) == 1
    assert moved != {key_of(url="https://a.example/old", thread_id="")}
