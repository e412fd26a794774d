"""`tocsin` whose practice cloud is the checked fake, furnished with one endpoint.

Run like `bot.cli`. The endpoint runs `chat-new`; `chat-old` and `chat-other` are there
as well.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.aws.session import AwsSettings
from bot.cli import main, serving
from tests.awsfake.cloud import running_fake
from tests.awsfake.services.sagemaker import Endpoint


class FakePractice:
    """Keeps what `bot.cli.cloud.PracticeCloud` offers to those who serve."""

    def __init__(self, **_: Any) -> None:
        self._running = ExitStack()
        self.settings: AwsSettings | None = None

    def start_in_background(self, home: Path, ready: Callable[[str], None]) -> None:
        """Start at once: it is a thread of this process."""
        cloud = self._running.enter_context(running_fake())
        variants = {"main": {"weight": 1.0, "count": 2}}
        for name in ("chat-new", "chat-old", "chat-other"):
            cloud.sagemaker.configs[name] = variants
        cloud.sagemaker.endpoints["chat"] = Endpoint(
            config="chat-new", variants=variants
        )
        self.settings = cloud.settings
        ready(cloud.settings.endpoint_url)

    def stop(self) -> None:
        """Stop it."""
        self._running.close()


if __name__ == "__main__":
    vars(serving)["PracticeCloud"] = FakePractice
    main()
