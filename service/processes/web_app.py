"""The web process: one function that shows the whole wiring of the application."""

import sys
import time

from apiflask import APIFlask

from config.settings import InvalidSettings
from service.adapters.classifier_scorer import LocalScorer
from service.core.errors import ParleyError
from service.processes.wiring import Wiring, fresh_id
from service.store.pages import Pages as StoredPages
from service.use_cases.redact import Redaction
from service.use_cases.submit import Intake
from service.web import (
    authority,
    batches,
    casework,
    comments,
    desk,
    desk_account,
    desk_bulk,
    desk_comment,
    desk_lists,
    desk_people,
    desk_security,
    embed,
    embed_acts,
    health,
    openapi,
    pages,
    problems,
    queue,
    threads,
    traffic,
    webhooks,
    webhooks_desk,
)
from service.web.context import EXTENSION, Parley
from service.web.payloads import BoundedRequest

VIEWS = (
    pages,
    embed,
    embed_acts,
    comments,
    threads,
    queue,
    batches,
    casework,
    desk,
    desk_account,
    desk_lists,
    desk_comment,
    desk_bulk,
    desk_people,
    desk_security,
    webhooks,
    webhooks_desk,
    health,
    openapi,
)

#: The longest request, bytes: the longest comment in its longest encoding, with the other fields.
LONGEST_REQUEST = 1024 * 1024


def create_app(wiring: Wiring | None = None) -> APIFlask:
    """Build the application. It opens no connection before its first request, so that it may be built before a fork."""
    wiring = wiring or Wiring.from_settings()
    app = APIFlask("service.web", title="Parley", version="1", docs_path=None, spec_path="/openapi.json")
    app.request_class = BoundedRequest
    app.config.update(
        MAX_CONTENT_LENGTH=LONGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LONGEST_REQUEST,
        MAX_FORM_PARTS=50,
        DESCRIPTION=openapi.DESCRIPTION,
        SECURITY_SCHEMES=openapi.SECURITY,
        OPENAPI_VERSION="3.1.0",
        # Whatever FLASK_DEBUG says.
        DEBUG=False,
    )
    app.extensions[EXTENSION] = _parley(wiring)
    app.extensions["spec"] = lambda: app.spec
    app.spec_processor(openapi.complete)  # type: ignore[arg-type]
    app.error_processor(problems.validation)
    for views in VIEWS:
        app.register_blueprint(views.bp)
    problems.register(app)
    traffic.register(app, hosts=wiring.trusted_hosts)
    authority.register(app)
    app.wsgi_app = traffic.TrustedProxies(app.wsgi_app, wiring.settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def application() -> APIFlask:
    """Build the application for the web server; what stops the start is said in a sentence."""
    try:
        wiring = Wiring.from_settings()
        wiring.look()
        # Before the fork: each worker opens its own.
        wiring.connection.close()
        return create_app(wiring)
    except (InvalidSettings, ParleyError) as error:
        sys.exit(str(error))


def _parley(wiring: Wiring) -> Parley:
    """Build what the web serves. Raises StartRefused without a model."""
    scorer = LocalScorer()
    public, token = wiring.settings.public_url, wiring.settings.metrics_token
    return Parley(
        intake=Intake(wiring.queue, scorer, wiring.sealing, wiring.fingerprints, fresh_id),
        review=wiring.review,
        bulk=wiring.bulk,
        casework=wiring.casework,
        redaction=Redaction(wiring.queue, wiring.acts, wiring.log, scorer, wiring.sealing, wiring.security, fresh_id),
        access=wiring.access,
        security=wiring.security,
        registry=wiring.registry,
        sites=wiring.sites,
        scorer=scorer,
        queue=wiring.queue,
        lists=wiring.lists,
        leases=wiring.leases,
        pages=StoredPages(wiring.connection),
        outbox=wiring.outbox,
        deliveries=wiring.deliveries,
        fingerprints=wiring.fingerprints,
        sessions=wiring.sessions,
        webhooks=wiring.webhooks,
        cookie_key=wiring.cookie_key,
        model=scorer.model,
        public_url=str(public) if public else None,
        metrics_token=token.get_secret_value() if token else None,
        now=time.time,
    )
