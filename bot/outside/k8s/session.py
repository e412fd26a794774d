"""With what the API is asked and changed: one account's token, within what is allowed.

A session reaches only the namespaces that the settings name, and writes only what its
plan's steps name: Kubernetes has no way to cut a token down to one thing, so this
fence is ours. What was read of a thing goes into its write as `resourceVersion`, and
the cluster refuses it where the thing was changed meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bot.acting.reading import Texts
from bot.domain.errors import BadRequest, NotFound, Unreachable
from bot.domain.plan import Step
from bot.outside.k8s.answers import became, not_sent
from bot.outside.k8s.calls import CALLS, METHODS, QUERY, Call
from bot.outside.k8s.wire import NoAnswer, Wire
from bot.outside.service import Service
from bot.ports.action import StepResult

_LARGEST = 16 * 1024 * 1024
_MOST_ITEMS = "1000"
_OURS = urlencode({"fieldManager": "tocsin", "fieldValidation": "Strict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where plans may act at all, as the settings say.

    Attributes:
        namespaces: Never one of the cluster's own, never the one of our accounts.
        nodes: Whether nodes may be closed and emptied.
    """

    namespaces: frozenset[str]
    nodes: bool = False

    def check(self, call: Call, texts: Texts) -> None:
        """Refuse what lies outside.

        Raises:
            BadRequest: Names the setting.
        """
        if call.everywhere:
            if not self.nodes:
                raise _outside(
                    "nodes are left alone here",
                    "Whoever runs Tocsin can allow it with kubernetes.nodes.",
                )
        elif texts["namespace"] not in self.namespaces:
            because = f"the namespace {texts['namespace']!a} is not one to act in"
            raise _outside(
                because, "Propose it for one that kubernetes.namespaces names."
            )


@dataclass(kw_only=True)
class KubeSession:
    """One account at one cluster.

    Attributes:
        writes: Steps that it may make; none for one that reads.
    """

    wire: Wire
    reach: Reach
    writes: tuple[Step, ...] = ()
    _versions: dict[str, str] = field(default_factory=dict, init=False)

    def look(self, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return the answer of a call that changes nothing.

        Raises:
            BadRequest: It lies outside of what the settings allow.
            NotFound: There is no such thing.
            Unreachable: It was refused, or there was no answer that can be read.
        """
        known = CALLS[call]
        self.reach.check(known, texts)
        _, resource, verb = known.right
        service = Service(
            ask=self.wire,
            title="Kubernetes",
            url=self.wire.line.url,
            right=f"{verb} on {resource}",
        )
        try:
            answer = service.get(known.path(texts), _asked(known, texts), most=_LARGEST)
        except NotFound:
            raise NotFound(
                f"{call} found nothing",
                because="the cluster has no such thing, or not for this account",
                next_move="Look at the name and the namespace.",
            ) from None
        if not isinstance(answer, dict):
            raise misshapen(call)
        if known.verb == "list":
            _whole(answer, call)
        else:
            self._remember(known.thing(texts), answer)
        return answer

    def write(self, call: str, texts: Texts, body: Any) -> StepResult:
        """Make the call once, for the very state that was read last. Never raises."""
        known = CALLS[call]
        try:
            self.reach.check(known, texts)
        except BadRequest as no:
            return not_sent(call, no.because)
        if not any(
            one.call == call and dict(one.params) == texts for one in self.writes
        ):
            return not_sent(call, "it is no step of the plan that this session is for")
        if known.verb in ("patch", "delete"):
            version = self._versions.pop(known.thing(texts), "")
            if not version:
                return not_sent(call, "its state was not read before")
            body = _bound(body, version, known)
        query = "" if known.verb == "delete" else f"?{_OURS}"
        try:
            answer = self.wire.send(
                METHODS[known.verb], f"{known.path(texts)}{query}", body
            )
        except NoAnswer as problem:
            return became(call, problem)
        return became(call, answer)

    def _remember(self, thing: str, answer: Mapping[str, Any]) -> None:
        version = (answer.get("metadata") or {}).get("resourceVersion")
        if isinstance(version, str):
            self._versions[thing] = version


def misshapen(call: str) -> Unreachable:
    """Return the error for an answer that is not built like the API's."""
    return Unreachable(
        f"{call} was not answered",
        because="what came is not built like an answer of Kubernetes",
        next_move="Look at what answers at the cluster's address.",
    )


def _asked(call: Call, texts: Texts) -> list[tuple[str, str]]:
    given = [(name, texts[name]) for name in QUERY if name in texts]
    limit = [("limit", _MOST_ITEMS)] if call.verb == "list" else []
    return [*given, *limit]


def _whole(answer: Mapping[str, Any], call: str) -> None:
    """Refuse a list that was cut: what is not seen would be left out silently."""
    if not isinstance(answer.get("items"), list):
        raise misshapen(call)
    if (answer.get("metadata") or {}).get("continue"):
        raise BadRequest(
            f"{call} was not used",
            because=f"there are more than {_MOST_ITEMS} of them",
            next_move="Do it with kubectl, and write a note here.",
        )


def _bound(body: Any, version: str, call: Call) -> Any:
    """Return the body, good only for one state of the thing."""
    if call.verb == "delete":
        held = {**body["preconditions"], "resourceVersion": version}
        return {**body, "preconditions": held}
    if isinstance(body, list):
        path = "/metadata/resourceVersion"
        return [*body, {"op": "replace", "path": path, "value": version}]
    return {**body, "metadata": {"resourceVersion": version}}


def _outside(because: str, next_move: str) -> BadRequest:
    return BadRequest(
        "Nothing was read or changed in Kubernetes",
        because=because,
        next_move=next_move,
    )
