"""A site of somebody else's: an article on another origin, under a policy as strict as the docs promise."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "<p>" + "The harbour line runs again, and the city reads about it. " * 12 + "</p>"


class Host:
    """Serves articles that embed the comments of *parley*'s site; *pages* holds others by their path."""

    def __init__(self, parley: str, site: str) -> None:
        self._parley, self._site = parley, site
        self.pages: dict[str, str] = {}
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (host.pages.get(self.path) or host.article(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", host.policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def policy(self) -> str:
        """The published policy: one origin each."""
        return (
            f"default-src 'none'; script-src {self._parley}; style-src {self._parley}; connect-src {self._parley}; "
            "img-src data:; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'; trusted-types parley"
        )

    def article(self, path: str) -> str:
        """Return the page at *path*: "/ar/…" is in Arabic, "/de/…" in German, "/long/…" an article of many screens."""
        language = path.split("/")[1] if path.startswith(("/ar/", "/de/")) else "en"
        direction = "rtl" if language == "ar" else "ltr"
        page = f"{self._parley}/embed/v1/sites/{self._site}/page?thread_url={self.url}{path}"
        return f"""<!doctype html>
<html lang="{language}" dir="{direction}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Night trams</title>
<script type="module" src="{self._parley}/embed/v1/parley.js" crossorigin></script>
<main>
<h1>Night trams</h1>
{TEXT * (40 if path.startswith("/long/") else 1)}
<parley-comments site="{self._site}">
<noscript><a href="{page}">Read and write comments</a></noscript>
</parley-comments>
</main>
</html>"""

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
