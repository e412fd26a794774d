"""The command line: `tocsin <command>`. One file per group of commands.

Modules of this room import nothing heavy at the top, so that `tocsin --help`
answers at once. No rule lives here.
"""

import errno
import logging
import os
import sys

import click

from bot import __version__
from bot.cli.bench import bench
from bot.cli.doctor import doctor
from bot.cli.drill import drill
from bot.cli.gate import gate
from bot.cli.guarded import Unread, masked
from bot.cli.keys import keys
from bot.cli.log import log
from bot.cli.policy import policy
from bot.cli.postmortem import postmortem
from bot.cli.redact import redact
from bot.cli.registry import registry
from bot.cli.rules import rules
from bot.cli.run import run
from bot.cli.runbooks import runbooks
from bot.cli.seal import seal, unseal
from bot.cli.slack import slack
from bot.cli.timeline import timeline
from bot.cli.triage import triage
from bot.domain.errors import TocsinError
from bot.logs import catch_what_nobody_caught, write_logs

_CANNOT_TAKE_MORE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_NOT_PRINTED = (
    "The answer was not printed: {}. What was asked for may have been done. Free the "
    "disk or print elsewhere, and look before you ask again."
)


class _Main(click.Group):
    """Shows our errors as one line, without a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TocsinError as error:
            click.echo(f"error: {masked(str(error))}", err=True)
            sys.exit(1)


@click.group(cls=_Main)
@click.version_option(__version__, prog_name="tocsin", message="%(prog)s %(version)s")
def main() -> None:
    """Incident response for AI systems, in Slack."""


for _command in (
    run,
    doctor,
    triage,
    redact,
    rules,
    runbooks,
    log,
    gate,
    drill,
    policy,
    registry,
    timeline,
    postmortem,
    seal,
    unseal,
    keys,
    slack,
    bench,
):
    main.add_command(_command)


def start() -> None:
    """Run `tocsin`, with nothing that it says about itself past the redactor."""
    write_logs(Unread(), level=logging.WARNING)
    catch_what_nobody_caught()
    try:
        main()
    except OSError as error:
        # The error of a file has its name; that of the output has none.
        if error.filename is not None or error.errno not in _CANNOT_TAKE_MORE:
            raise
        click.echo(f"error: {_NOT_PRINTED.format(error.strerror)}", err=True)
        # What is left to print would be tried once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
