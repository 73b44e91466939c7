"""The web process: one function that shows the whole wiring of the application."""

import os
import sys
from datetime import timedelta
from typing import Any

from apiflask import APIFlask

from config.settings import REPOSITORY
from service.web import comments, desk, health, openapi, pages, problems, queue, session, threads, traffic
from service.web.context import EXTENSION
from service.wiring import Wiring

#: The longest request, bytes: the longest comment in its longest encoding, with the other fields.
LONGEST_REQUEST = 1024 * 1024


def create_app(wiring: Wiring | None = None) -> APIFlask:
    """Build the application. It opens no connection before its first request, so that it may be built before a fork."""
    wiring = wiring or Wiring.from_settings()
    app = APIFlask("service.web", title="Parley", version="1", docs_path=None, spec_path="/openapi.json")
    app.config.update(
        SECRET_KEY=wiring.session_keys[0],
        SECRET_KEY_FALLBACKS=list(wiring.session_keys[1:]),
        SESSION_COOKIE_NAME="parley_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=wiring.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=session.LIFE),
        MAX_CONTENT_LENGTH=LONGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LONGEST_REQUEST,
        MAX_FORM_PARTS=50,
        TRUSTED_HOSTS=wiring.trusted_hosts,
        DESCRIPTION=openapi.DESCRIPTION,
        SECURITY_SCHEMES=openapi.SECURITY,
        OPENAPI_VERSION="3.1.0",
    )
    app.extensions[EXTENSION] = wiring.parley
    app.extensions["spec"] = lambda: app.spec
    app.spec_processor(openapi.complete)  # type: ignore[arg-type]
    app.error_processor(problems.validation)
    for bp in (pages.bp, comments.bp, threads.bp, queue.bp, desk.bp, health.bp, openapi.bp):
        app.register_blueprint(bp)
    problems.register(app)
    traffic.register(app)
    app.wsgi_app = traffic.TrustedProxies(app.wsgi_app, wiring.settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def serve() -> Any:
    """Become the web server: gunicorn, as config/gunicorn.conf.py says."""
    os.chdir(REPOSITORY)
    server = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.conf.py", "service.app:create_app()"]
    os.execv(sys.executable, server)
