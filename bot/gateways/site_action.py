"""An action that a site describes in a file of its own: one read, one signed request.

Everything that differs is in the template; the promises are those of every action.
The plan shows the whole request, and it is put together again when it is made: where
the template has changed since, nothing is.
"""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.domain.errors import BadRequest, Unreachable
from bot.domain.plan import Blast, Draft
from bot.gateways.action import GatewayAction
from bot.gateways.operation import canonical
from bot.gateways.placing import as_fact, at_pointer, in_body, in_path, in_text
from bot.gateways.template import Template
from bot.ports.action import ActionManifest
from bot.ports.send import Request

_GET = "http.Get"
_GIVEN = "given."


class SiteAction(GatewayAction):
    """An action made of a template."""

    TEMPLATE: ClassVar[Template]
    DIGEST: ClassVar[str]
    """SHA-256 hex of the file it was read from."""
    PROMISE = "The thing is read again and must be as shown."

    def request(self, base: str, call: str, texts: Texts) -> Request:
        """Return the one request that a call makes.

        Raises:
            BadRequest: It is not the request that this template makes.
        """
        if call == _GET:
            return self._read(texts)
        given = _given(texts)
        now_call, now = self.writing(given)
        if now != dict(texts) or now_call != call or base:
            raise BadRequest(
                "A request was not put together",
                because="the action's file is not the one that the plan was made with",
                next_move="Propose it again.",
            )
        return self._write(given)

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call, and the request as people see it, with its parts."""
        request = self._write(params)
        body = request.body.decode()
        return f"http.{request.method.title()}", {
            "request": f"{request.method} {request.url}",
            **({"body": body} if body else {}),
            "template": self.DIGEST,
            **{f"{_GIVEN}{name}": value for name, value in params.items()},
        }

    def blast(self, case: Case) -> Blast:
        """Return how far it reaches, as the site says."""
        says = in_text(self.TEMPLATE.blast, case.params)
        return Blast(systems=-1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the parameters for the way back: what stood there before, restored."""
        if not self.MANIFEST.rollback:
            return None
        restored = self.TEMPLATE.restores.items()
        return {**dict(draft.params), **{name: was(draft, of) for name, of in restored}}

    def _read(self, params: Texts) -> Request:
        _check_printable(params)
        of = self.TEMPLATE.read
        return Request(method="GET", url=self._url(of.path, of.query, params))

    def _write(self, params: Texts) -> Request:
        _check_printable(params)
        of = self.TEMPLATE.write
        body = b"" if of.body is None else canonical(in_body(of.body, params))
        url = self._url(of.path, of.query, params)
        return Request(method=of.method, url=url, body=body)

    def _url(self, path: str, query: Mapping[str, str], params: Texts) -> str:
        asked = urlencode([(key, in_text(one, params)) for key, one in query.items()])
        return (
            f"{self.TEMPLATE.host}{in_path(path, params)}{'?' if asked else ''}{asked}"
        )


def action_of(template: Template, digest: str) -> SiteAction:
    """Return the action that a template describes.

    Args:
        digest: SHA-256 hex of the file.
    """
    facts = dict(template.read.facts)
    kept = template.read.keep

    def found(seen: Seen) -> Texts:
        return {
            fact: as_fact(at_pointer(seen.answer, at), at) for fact, at in facts.items()
        }

    def keep(answer: Mapping[str, Any]) -> Any:
        return {at: _kept_at(answer, at) for at in kept}

    reading = Reading(
        call=_GET,
        arguments={name: name for name in template.params},
        facts=found,
        keep=keep,
    )
    data = {
        "TEMPLATE": template,
        "DIGEST": digest,
        "PLACE": template.host.partition("://")[2],
        "DONE": frozenset(template.write.done),
        "TARGET": template.target,
        "FACTS": (reading,),
        "WANTED": dict(template.wanted),
        "WORDS": dict(template.words),
        "USUAL": dict(template.usual),
        "IDENTITY": {name: f"{_GIVEN}{name}" for name in template.params},
        "MANIFEST": _manifest(template),
    }
    made: SiteAction = type("SiteAction", (SiteAction,), data)()
    return made


def _kept_at(answer: Mapping[str, Any], pointer: str) -> str | None:
    """Return one value for the evidence; None where there is none that is one."""
    try:
        return as_fact(at_pointer(answer, pointer), pointer)
    except Unreachable:
        return None


def _manifest(template: Template) -> ActionManifest:
    method = template.write.method.title()
    levels = {
        "" if stage == "default" else stage: level
        for stage, level in template.level.items()
    }
    return ActionManifest(
        name=template.name,
        version=template.version,
        title=template.title,
        params=template.form(),
        level=levels,
        evidence=(_GET,),
        calls=(f"http.{method}", _GET),
        rollback=template.rollback,
        irreversible_because=template.irreversible_because,
    )


def _check_printable(params: Texts) -> None:
    """Refuse what people cannot see: it would be sent, and not be read before.

    Raises:
        BadRequest: A parameter holds such a character.
    """
    for name, value in params.items():
        if not value.isprintable():
            raise BadRequest(
                "A request was not put together",
                because=f"{name} holds a character that cannot be seen",
                next_move="Type it anew, instead of pasting it.",
            )


def _given(texts: Texts) -> Texts:
    return {
        name.removeprefix(_GIVEN): value
        for name, value in texts.items()
        if name.startswith(_GIVEN)
    }
