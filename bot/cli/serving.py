"""Runs the house: one process, one event loop, and an orderly end.

    bind → build → serve → workers → run.json → "ready" → … → drain → close

What the parts are is `bot/wire.py`'s business.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import uvicorn
from starlette.types import ASGIApp

from bot.aws.session import AwsSettings
from bot.cli import garbage
from bot.cli.cloud import PracticeCloud
from bot.cli.lock import only_process
from bot.cli.one_write import OneWrite
from bot.cli.practice import Practice, practice_for, refuse_beyond_loopback
from bot.cli.real_slack import real_slack
from bot.clock import SystemClock
from bot.config import Settings
from bot.domain.errors import BadSettings
from bot.domain.registry import Registry
from bot.heap import share_arenas
from bot.house import House
from bot.jobs import Job
from bot.logs import write_logs
from bot.reading.process import Process
from bot.wire import build

_DRAIN_S = 10
SWITCH_S = 0.0003
Facts = dict[str, Any]


def serve(settings: Settings, reader: Process) -> None:
    """Run until SIGTERM or Ctrl-C.

    Args:
        reader: Reads payloads; begun already, because it takes as long as we do.

    Raises:
        BadSettings: Another process has this home, or the port is taken.
    """
    import uvloop

    # The worker computes; whoever answers gets the interpreter soon after.
    sys.setswitchinterval(SWITCH_S)
    share_arenas()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        only_process(settings.home),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(settings, reader))


async def _serve(settings: Settings, reader: Process) -> None:
    refuse_beyond_loopback(settings)
    listener = _bind(settings)
    url = _url(listener)
    house, practice = built(settings, url)
    house.reader.take(reader)
    house.jobs = (*house.jobs, _garbage_job(house))
    write_logs(house.redactor)
    server = _server(settings, house, practice)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with _listening(server, listener), house.working():
        facts = _facts(house, url, practice)
        await house.slack.connected()
        garbage.settle()
        _announce(settings, facts, practice)
        cloud = _connect_aws(settings, house, facts, practice)
        if practice:
            practice.play_samples(house)
        await stop.wait()
        house.drain()
        if practice:
            await practice.stop()
        if cloud:
            await asyncio.to_thread(cloud.stop)


@contextlib.asynccontextmanager
async def standing(settings: Settings) -> AsyncIterator[tuple[House, str]]:
    """Run the house for as long as the block lasts; yields it and its address.

    No sample is played, no cloud is started, nothing outside is looked at and no
    heartbeat sent: whoever asks wants the bot alone.

    Raises:
        BadSettings: The port is taken, or it would listen beyond this machine.
    """
    refuse_beyond_loopback(settings)
    listener = _bind(settings)
    url = _url(listener)
    house, practice = built(settings, url)
    house.jobs = ()
    write_logs(house.redactor)
    server = _server(settings, house, practice)
    async with _listening(server, listener), house.working():
        yield house, url
        house.drain()


def built(settings: Settings, url: str) -> tuple[House, Practice | None]:
    """Put the house of these settings together; nothing runs yet.

    Args:
        url: Where the bot answers; the practice workspace is beside it.
    """
    practice = practice_for(settings, url)
    house = build(
        settings,
        slack=practice.slack if practice else real_slack(settings),
        registry=practice.registry if practice else Registry(),
        in_practice=practice is not None,
        base_url=(settings.web.public_url or url).rstrip("/"),
    )
    return house, practice


def _garbage_job(house: House) -> Job:
    look = garbage.Garbage(house.door.traffic.is_busy).look
    return Job(name="garbage", every_s=garbage.EVERY_S, work=look)


def _connect_aws(
    settings: Settings, house: House, facts: Facts, practice: Practice | None
) -> PracticeCloud | None:
    """Connect the account of the settings, or start the practice cloud beside us."""
    if practice is None:
        connect_account(settings, house)
        return None
    if not settings.practice.cloud:
        return None
    cloud = PracticeCloud(clock=SystemClock())

    def ready(url: str) -> None:
        if cloud.settings:
            house.aws.connect(cloud.settings)
        _write(settings.home, {**facts, "cloud_url": url})

    cloud.start_in_background(settings.home, ready)
    return cloud


def connect_account(settings: Settings, house: House) -> None:
    """Connect the account that the settings name, if they name one.

    Raises:
        BadSettings: Its credentials may not be used.
    """
    given = settings.aws
    if given.region and settings.slack.bot_token:
        house.aws.connect(AwsSettings(region=given.region, profile=given.profile))


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the order of the end is ours."""

    def __init__(self, app: ASGIApp, *, proxies: Sequence[str] = ()) -> None:
        self.up = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                app,
                http=OneWrite,
                loop="none",
                ws="websockets-sansio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # By default it would believe whoever calls from this machine.
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_graceful_shutdown=_DRAIN_S,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _server(settings: Settings, house: House, practice: Practice | None) -> _Server:
    app = house.web_app(practice.mounts() if practice else ())
    return _Server(app, proxies=settings.web.trusted_proxies)


@contextlib.asynccontextmanager
async def _listening(server: "_Server", listener: socket.socket) -> AsyncIterator[None]:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.up.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _facts(house: House, url: str, practice: Practice | None) -> Facts:
    return {
        "pid": os.getpid(),
        "url": url,
        "practice_url": f"{url}/practice" if practice else None,
        "cloud_url": None,
        "tokens": {"alerts": house.alerts_token, "admin": house.admin_token},
        "log_vkey": house.checkpoints.vkey,
    }


def _announce(settings: Settings, facts: Facts, practice: Practice | None) -> None:
    path = _write(settings.home, facts)
    url = facts["url"]
    if practice:
        click.echo(f"practice workspace: {url}/practice")
    click.echo(f"alerts: {url}/alerts/<source>, token in {path}")
    click.echo(f"ready {url}")


def _write(home: Path, facts: Facts) -> Path:
    """Replace run.json as a whole, readable by its owner only."""
    path, fresh = home / "run.json", home / "run.json.new"
    fresh.unlink(missing_ok=True)
    with open(fresh, "x", opener=_owner_only) as out:
        json.dump(facts, out, indent=1)
    fresh.replace(path)
    return path


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _bind(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise BadSettings(
            "Tocsin did not start",
            because=f"{host}:{port} cannot be used ({error.strerror})",
            next_move="Choose another with --port, or stop what listens there.",
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - read, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
