"""What a site's own HTTP action is: the file's shape, and what must hold in it.

That a file is signed is checked before it is read (`site_files.py`); what an action
made of it does is `site_action.py`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.acting.params import schema, schema_problems
from bot.domain.addresses import complaint
from bot.domain.plan import Level
from bot.gateways.placing import places_in, stray_braces

_FILE_NAME = r"^[a-z][a-z0-9-]{0,40}$"
_FACT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,4}$"
_POINTER = r"^(/[^/\x00-\x1f]{1,80}){1,10}$"
_PATH = r"^/[A-Za-z0-9._~!$&'()*+,;=:@{}/-]{0,300}$"
_WITHOUT_BODY = "DELETE"
_STAGES = frozenset({"default", "sandbox", "pilot", "production"})

Secret = Annotated[str, StringConstraints(pattern=_FILE_NAME)]
Fact = Annotated[str, StringConstraints(pattern=_FACT, max_length=80)]
Pointer = Annotated[str, StringConstraints(pattern=_POINTER)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=300)]
PathText = Annotated[str, StringConstraints(pattern=_PATH)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Read(_Part):
    """How the thing is read: GET, and which of the answer are facts."""

    path: PathText
    query: Mapping[str, str] = Field(default_factory=dict)
    facts: Mapping[Fact, Pointer] = Field(min_length=1)
    keep: tuple[Pointer, ...] = Field(min_length=1)
    token: Secret | None = None


class Write(_Part):
    """The one request that changes it."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: PathText
    query: Mapping[str, str] = Field(default_factory=dict)
    body: Any = None
    done: tuple[Annotated[int, Field(ge=200, le=299)], ...] = (200, 201, 202, 204)
    token: Secret | None = None


class Signature(_Part):
    """How the request is signed, by RFC 9421."""

    algorithm: Literal["hmac-sha256", "ed25519"]
    key_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    secret: Secret


class Template(_Part):
    """One action of a site."""

    name: str = Field(pattern=r"^http(\.[a-z][a-z0-9_]*){1,4}$", max_length=80)
    version: int = Field(ge=1)
    title: str = Field(min_length=1, max_length=75)
    level: Mapping[str, Level]
    host: str = Field(max_length=200)
    params: Mapping[str, Mapping[str, Any]] = Field(min_length=1)
    target: str
    read: Read
    write: Write
    signature: Signature
    wanted: Mapping[Fact, str] = Field(min_length=1, max_length=1)
    words: Mapping[Fact, Sentence]
    usual: Mapping[Fact, str]
    blast: Sentence
    rollback: str = ""
    restores: Mapping[str, Fact] = Field(default_factory=dict)
    irreversible_because: str = Field("", max_length=300)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        problems = [*_place_problems(self), *_fact_problems(self), *_rest(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def form(self) -> Mapping[str, Any]:
        """Return the schema of its parameters, as manifests have it."""
        return schema(
            **{key: {"type": "string", **one} for key, one in self.params.items()}
        )


def _place_problems(one: Template) -> Iterator[str]:
    """Tell of texts that name what is no parameter."""
    texts: Mapping[str, Any] = {
        "read.path": one.read.path,
        "read.query": dict(one.read.query),
        "write.path": one.write.path,
        "write.query": dict(one.write.query),
        "write.body": one.write.body,
        "wanted": dict(one.wanted),
        "words": dict(one.words),
        "blast": one.blast,
    }
    for where, text in texts.items():
        for name in sorted(places_in(text) - one.params.keys()):
            yield f"{where} names {{{name}}}, which is no parameter"
        if any(stray_braces(part) for part in _strings(text)):
            yield f"{where} has braces that name no parameter"
    if one.target not in one.params:
        yield "target is no parameter"
    asked = places_in(one.read.path) | places_in(dict(one.read.query))
    if not asked:
        yield "read names no parameter, so it reads nothing in particular"


def _fact_problems(one: Template) -> Iterator[str]:
    facts = one.read.facts.keys()
    for where, found in (("wanted", one.wanted), ("usual", one.usual)):
        for fact in sorted(found.keys() - facts):
            yield f"{where} names {fact}, which is not read"
    for where, names in (("words", one.words), ("usual", one.usual)):
        if names.keys() != one.wanted.keys():
            yield f"{where} must name what wanted names"
    for name, fact in one.restores.items():
        if name not in one.params or fact not in facts:
            yield f"restores must lead from a parameter to a fact: {name}"


def _rest(one: Template) -> Iterator[str]:
    wrong = complaint(one.host)
    if wrong or re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", one.host) is None:
        yield f"host must be https://name without a path ({wrong or 'it has more'})"
    if "default" not in one.level or not one.level.keys() <= _STAGES:
        yield "level must be given by stage, with a default"
    if bool(one.rollback) == bool(one.irreversible_because):
        yield "it needs either a rollback or a reason why there is none"
    if one.write.method == _WITHOUT_BODY and one.write.body is not None:
        yield "a DELETE has no body"
    if one.write.token is not None and one.write.token == one.read.token:
        yield "what reads and what writes must not share a token"
    yield from schema_problems(one.form())


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                if "{" in str(key) or "}" in str(key):
                    yield "{"  # a parameter must not become a name
                yield from _strings(one)
        case list():
            for one in value:
                yield from _strings(one)
        case _:
            return
