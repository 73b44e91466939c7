"""The API's description: what APIFlask cannot see is added here, and `/docs` shows it as a page of our own."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, render_template

from service.core.submission import SubmissionForm
from service.web.authority import public
from service.web.bodies import Bodies, answer_with
from service.web.reference import ReferenceShown

bp = APIBlueprint("reference", __name__, enable_openapi=False)

Spec = dict[str, Any]

_bodies = Bodies()

PROBLEM = {
    "type": "object",
    "description": "What is wrong and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "decision": {"$ref": "#/components/schemas/DecisionOut"},
    },
}

DESCRIPTION = """Parley takes comments in, hides addresses, scores toxicity, queues what a person must see and tells \
the site of every decision. Errors are problem+json (RFC 9457): `errors` lists each field's fault."""

SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "`python -m service token add` makes one."},
    "author": {"type": "apiKey", "in": "header", "name": "Parley-Author-Token", "description": "From the receipt."},
}


def complete(spec: Spec) -> Spec:
    """Add what the views parse by themselves, and the one form of every error."""
    # APIFlask lists a tag once for each blueprint that has it.
    spec["tags"] = list({tag["name"]: tag for tag in spec["tags"]}.values())
    spec["components"]["schemas"]["Problem"] = PROBLEM
    spec["components"]["schemas"]["Submission"] = SubmissionForm.model_json_schema()
    door = spec["paths"]["/v1/sites/{site}/comments"]["post"]
    form = {"schema": {"$ref": "#/components/schemas/Submission"}}
    door["requestBody"] = {
        "required": True,
        "content": {"application/json": form, "application/x-www-form-urlencoded": form},
    }
    door["parameters"].append(
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "minLength": 22, "maxLength": 255},
            "description": "Random, new for each comment: a retry gets the first receipt back.",
        }
    )
    for path in spec["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                _say_problems(operation["responses"])
    accepted = door["responses"]
    accepted["202"]["content"] = accepted["201"]["content"]
    return spec


def _say_problems(responses: Spec) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            response["content"] = problem


@bp.get("/docs")
@public
def page() -> Response:
    """Show the API's reference; drawing it takes a tenth of a second, so that is done once."""
    body = _bodies.of("docs", _drawn)
    response = answer_with(body, body.digest, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _drawn() -> str:
    return render_template("docs.html", reference=ReferenceShown.of(current_app.extensions["spec"]()))
