"""Debian's Chromium, driven by Playwright."""

from playwright.sync_api import Browser, Playwright

from tests.servers import require

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium(playwright: Playwright) -> Browser:
    """Return a browser; without one the test skips at home, and fails in CI."""
    return playwright.chromium.launch(executable_path=require("chromium", "chromium"), args=ARGUMENTS)
