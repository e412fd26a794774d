"""A loopback AWS for calls that no emulator has, checked against AWS's own models.

A question comes in as botocore really sends it. In this order it is refused unless

1. its signature is right and its key is known and still lives (`keys.py`);
2. it is an operation of the service model that ships with botocore, and every
   argument has the type, length, range, pattern and enum that stand there
   (`questions.py` reads it by the service's protocol, `forms.py` compares it);
3. the policies of the key's role and of its session both allow the operation on every
   resource that AWS would judge (`judging.py`);
4. the small state machine of the service takes it (`services/`).

The answer is compared with the model's output shape before it leaves (`answers.py`),
so the fake cannot say what AWS could not; where it would, it answers 500 and the test
fails. The roles are the files shipped in `bot/aws`, unchanged, with their conditions.

What it does not prove: that AWS's service behaves as its state machine does, that the
resources listed here are those that AWS judges (they are noted from the Service
Authorization Reference), and patterns that Python's `re` cannot read are not compared.

How to add a service, in one file of `services/`:

    class Widgets(Service):
        NAME = "widgets"                       # as botocore calls it
        def __init__(self) -> None:
            self.known: dict[str, str] = {}    # tests furnish the world here
        def operations(self) -> Mapping[str, Operation]:
            return {
                "DescribeWidget": Operation(answer=self._describe, touches=self._arn),
                "ListWidgets": Operation(answer=self._list),  # judged by "*"
            }
        def _describe(self, asked: Asked) -> Mapping[str, Any]:
            name = asked.given["WidgetName"]   # parsed and checked already
            if name not in self.known:
                raise Refused("ResourceNotFoundException", "no such widget")
            return {"WidgetName": name, "WidgetState": self.known[name]}
        def _arn(self, asked: Asked) -> tuple[str, ...]:
            return (asked.arn(f"widget/{asked.given['WidgetName']}"),)

`Operation.permission` names the IAM action where it is not ``prefix:Operation``, and
`Operation.context` the condition keys that AWS knows of the call. Then add the class
to `FakeCloud` in `cloud.py`, and a thing in it for each action to
`tests/actions/worlds_fake.py`.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.session import Session

from bot.aws.session import AwsKey, AwsSettings
from tests.awsfake.answers import Answer, NotAnAnswer, answer, refusal
from tests.awsfake.forms import problems
from tests.awsfake.keys import Keys, Sts, signed
from tests.awsfake.questions import Request, arguments_of, operation_of
from tests.awsfake.service import REGION, Asked, Refused, Service
from tests.awsfake.services.autoscaling import AutoScaling
from tests.awsfake.services.cloudwatch import CloudWatch
from tests.awsfake.services.ec2 import Ec2
from tests.awsfake.services.eks import Eks
from tests.awsfake.services.sagemaker import SageMaker
from tests.cloud import Account
from tests.fakes.clock import FakeClock

_FORMS = {"json": "AccessDeniedException", "rest-json": "AccessDeniedException"}
_DENIED = {**_FORMS, "ec2": "UnauthorizedOperation", "query": "AccessDenied"}
_MODELS: dict[str, Any] = {}
_CORE = Session()
_MAKING = threading.Lock()


def model_of(service: str) -> Any:
    """Return botocore's model of a service; read once, it takes a while."""
    with _MAKING:
        if service not in _MODELS:
            _MODELS[service] = _CORE.get_service_model(service)
        return _MODELS[service]


@dataclass(kw_only=True)
class Fake:
    """Answers requests, one at a time.

    Attributes:
        broken: What it could not answer as AWS would; a test that ends with any fails.
    """

    services: tuple[Service, ...]
    keys: Keys
    broken: list[str] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, request: Request) -> Answer:
        """Return the answer to one request."""
        with self._turn:
            try:
                return self._handled(request)
            except Exception as error:  # noqa: BLE001 - the server's outermost door
                self.broken.append(f"{request.target}: {error!r}")
                return Answer(status=500, body=repr(error).encode())

    def _handled(self, request: Request) -> Answer:
        try:
            scope = signed(request).service
        except Refused as refused:
            return Answer(status=refused.status, body=refused.message.encode())
        candidates = [
            one for one in self.services if model_of(one.NAME).signing_name == scope
        ]
        for service in candidates:
            model = model_of(service.NAME)
            operation = operation_of(request, model)
            if operation is not None:
                try:
                    return self._answered(request, service, operation)
                except Refused as refused:
                    return refusal(model, refused)
        return Answer(status=404, body=b"the fake plays no such operation")

    def _answered(self, request: Request, service: Service, operation: Any) -> Answer:
        model = operation.service_model
        who = self.keys.who(request)
        given = arguments_of(request, model, operation)
        shape = operation.input_shape
        wrong = list(problems(shape, given)) if shape else []
        if wrong:
            raise Refused("ValidationException", "; ".join(wrong))
        asked = Asked(
            service=service.PREFIX or service.NAME,
            operation=operation.name,
            given=given,
            by=who.arn,
            key_id=signed(request).key,
        )
        played = service.operations().get(operation.name)
        if played is None:
            raise NotAnAnswer(f"{service.NAME}.{operation.name} is not played")
        needed = service.permission(operation.name)
        context = played.context(asked)
        for arn in played.touches(asked) if needed else ():
            if not who.may(needed, arn, context):
                code = _DENIED[model.resolved_protocol]
                raise Refused(code, f"{who.arn} may not {needed} on {arn}", 403)
        for one in played.beside(asked):
            if not who.may(one.permission, one.arn, one.context):
                code = _DENIED[model.resolved_protocol]
                raise Refused(code, f"{who.arn} may not {one.permission}", 403)
        return answer(model, operation, played.answer(asked))


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            headers = {name.casefold(): text for name, text in self.headers.items()}
            request = Request(
                method=self.command,
                target=self.path,
                headers=headers,
                body=self.rfile.read(size),
            )
            said = fake.handle(request)
            self.send_response(said.status)
            for name, text in said.headers.items():
                self.send_header(name, text)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do  # noqa: N815 - http.server's

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@dataclass(frozen=True)
class FakeCloud(Account):
    """An account on the fake. Its services are furnished directly."""

    fake: Fake
    clock: FakeClock
    sagemaker: SageMaker
    cloudwatch: CloudWatch
    ec2: Ec2
    eks: Eks
    autoscaling: AutoScaling


@contextlib.contextmanager
def running_fake() -> Iterator[FakeCloud]:
    """Run the fake in threads of this process."""
    clock = FakeClock()
    keys = Keys(clock=clock)
    played = (SageMaker(), CloudWatch(), Ec2(), Eks(), AutoScaling())
    fake = Fake(services=(Sts(keys), *played), keys=keys)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake)) as server:
        server.daemon_threads = True
        running = threading.Thread(target=server.serve_forever, args=(0.02,))
        running.start()
        try:
            key, secret = keys.bot()
            settings = AwsSettings(
                region=REGION,
                endpoint_url=f"http://127.0.0.1:{server.server_port}",
                key=AwsKey(access_key_id=key, secret=secret),
            )
            yield FakeCloud(settings, fake, clock, *played)
        finally:
            server.shutdown()
            running.join()
    if fake.broken:
        raise AssertionError("; ".join(fake.broken))
