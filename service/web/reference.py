"""The API's reference as a page shows it: an OpenAPI 3.1 document, its references resolved, flat enough for tables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

#: How deep a field may stand in its document; a schema that holds itself ends here too.
DEEPEST: Final = 4

_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A row of a table. *name* is a path, like `items[].id`; *kind* its type and bounds in words."""

    name: str
    kind: str
    description: str
    is_required: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """What an operation answers, by status."""

    status: str
    description: str
    is_problem: bool
    fields: tuple[FieldShown, ...]


@dataclass(frozen=True, slots=True)
class OperationShown:
    """One method of one path. *tokens* names what it asks for, any of them."""

    anchor: str
    method: str
    path: str
    title: str
    paragraphs: tuple[str, ...]
    tokens: tuple[str, ...]
    parameters: tuple[FieldShown, ...]
    media: tuple[str, ...]
    body: tuple[FieldShown, ...]
    answers: tuple[AnswerShown, ...]


@dataclass(frozen=True, slots=True)
class GroupShown:
    """The operations of one tag."""

    name: str
    anchor: str
    operations: tuple[OperationShown, ...]


@dataclass(frozen=True, slots=True)
class TokenShown:
    """A way to say who is asking."""

    name: str
    header: str
    description: str


@dataclass(frozen=True, slots=True)
class ReferenceShown:
    """The whole reference."""

    title: str
    version: str
    description: str
    tokens: tuple[TokenShown, ...]
    groups: tuple[GroupShown, ...]
    problem: tuple[FieldShown, ...]

    @classmethod
    def of(cls, spec: Schema) -> "ReferenceShown":
        """Show *spec*, its tags in their order."""
        read = _Reader(spec.get("components", {}))
        operations = [
            (operation.get("tags", ["Other"])[0], read.operation(method, path, operation))
            for path, methods in sorted(spec["paths"].items())
            for method in _METHODS
            if (operation := methods.get(method))
        ]
        tags = dict.fromkeys([tag["name"] for tag in spec.get("tags", [])] + [tag for tag, _ in operations])
        return cls(
            title=spec["info"]["title"],
            version=spec["info"]["version"],
            description=spec["info"].get("description", ""),
            tokens=read.tokens(),
            groups=tuple(
                GroupShown(tag, _anchor(tag), tuple(each for of, each in operations if of == tag)) for tag in tags
            ),
            problem=read.named("Problem"),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads operations and schemas, whose references lead into *components*."""

    components: Schema

    def operation(self, method: str, path: str, operation: Schema) -> OperationShown:
        content = operation.get("requestBody", {}).get("content", {})
        return OperationShown(
            anchor=_anchor(f"{method} {path}"),
            method=method.upper(),
            path=path,
            title=operation.get("summary", path),
            paragraphs=tuple(filter(None, re.split(r"\n\s*\n", operation.get("description", "").strip()))),
            tokens=tuple(name for choice in operation.get("security", ()) for name in choice),
            parameters=tuple(self._parameter(each) for each in operation.get("parameters", ())),
            media=tuple(content),
            body=self._content(content),
            answers=tuple(self._answer(status, each) for status, each in sorted(operation["responses"].items())),
        )

    def tokens(self) -> tuple[TokenShown, ...]:
        schemes = self.components.get("securitySchemes", {})
        return tuple(
            TokenShown(name, scheme.get("name", "Authorization: Bearer"), scheme.get("description", ""))
            for name, scheme in schemes.items()
        )

    def named(self, name: str) -> tuple[FieldShown, ...]:
        return tuple(self._fields(self.components.get("schemas", {}).get(name, {})))

    def _answer(self, status: str, response: Schema) -> AnswerShown:
        content = response.get("content", {})
        is_problem = "application/problem+json" in content
        fields = () if is_problem else self._content(content)
        return AnswerShown(status, response.get("description", ""), is_problem, fields)

    def _content(self, content: Schema) -> tuple[FieldShown, ...]:
        first: Schema = next(iter(content.values()), {})
        return tuple(self._fields(first.get("schema", {})))

    def _parameter(self, parameter: Schema) -> FieldShown:
        schema = self._resolved(parameter.get("schema", {}))
        description = parameter.get("description") or schema.get("description", "")
        required = parameter.get("required", False)
        return FieldShown(parameter["name"], self._kind(schema), description, required, parameter["in"])

    def _fields(self, schema: Schema, *, path: str = "", depth: int = 1) -> Iterator[FieldShown]:
        """Yield the fields of *schema* and of what it holds, each under its path."""
        whole = self._resolved(schema)
        for name, part in whole.get("properties", {}).items():
            field = self._resolved(part)
            yield FieldShown(
                path + name, self._kind(field), field.get("description", ""), name in whole.get("required", ())
            )
            if depth < DEEPEST:
                inner, step = (field["items"], "[].") if "items" in field else (field, ".")
                yield from self._fields(inner, path=path + name + step, depth=depth + 1)

    def _resolved(self, schema: Schema) -> Schema:
        """Follow a reference; what stands beside it counts more. A choice of one thing or null is that thing."""
        if "$ref" in schema:
            target = self.components["schemas"][schema["$ref"].rpartition("/")[2]]
            return {**self._resolved(target), **{key: value for key, value in schema.items() if key != "$ref"}}
        choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
        if len(choices) == 1:
            nullable = {"nullable": len(schema["anyOf"]) > 1}
            return {**self._resolved(choices[0]), **schema, **nullable}
        return schema

    def _kind(self, schema: Schema) -> str:
        """Say a type and its bounds in words."""
        kind = self._type(schema) + _bounds(schema)
        return f"{kind}, or null" if schema.get("nullable") else kind

    def _type(self, schema: Schema) -> str:
        if "enum" in schema:
            return " | ".join(str(choice) for choice in schema["enum"])
        if "items" in schema:
            kind = self._kind(self._resolved(schema["items"]))
            return "list" if kind == "object" else f"list of {kind}"
        if isinstance(schema.get("additionalProperties"), dict):
            return f"{self._kind(self._resolved(schema['additionalProperties']))} by name"
        return str(schema.get("format") or schema.get("type", "anything"))


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if high is not None:
        return f", {low:,} to {high:,} characters" if low else f", up to {high:,} characters"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
