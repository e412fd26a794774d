"""How much memory it takes to seal and to open something large, from file to file.

Each is done in a process of its own, so that nothing else is counted.

    python -m bot.cli.bench_seal_memory seal|unseal FROM TO KEY-FILE   prints MiB
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_PEAK, _NOW = "VmHWM", "VmRSS"


def memory(folder: Path) -> dict[str, Any]:
    """Return how far memory grew while the folder's `plain` was sealed and opened."""
    if not _STATUS.exists():
        return {"memory": "not measured: this system does not say"}
    from bot.sharing.seal import new_key

    key = folder / "key-of-memory"
    key.write_text(new_key())
    plain, sealed, opened = (folder / name for name in ("plain", "grown", "grown-d"))
    size = plain.stat().st_size / (1 << 20)
    return {
        f"memory to seal {size:.0f} MiB, MiB": _grown("seal", plain, sealed, key),
        f"memory to open {size:.0f} MiB, MiB": _grown("unseal", sealed, opened, key),
    }


def _grown(what: str, source: Path, sink: Path, key: Path) -> float:
    module = [sys.executable, "-m", "bot.cli.bench_seal_memory"]
    given = [what, str(source), str(sink), str(key)]
    told = subprocess.run([*module, *given], check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    return float(told.stdout)


def _kib(name: str) -> int:
    """Return a figure of this process."""
    lines = _STATUS.read_text("ascii").splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith(f"{name}:"))


def main() -> None:
    """Do what the arguments say and print how far memory grew."""
    import pyrage  # noqa: F401 - loading it is not what is measured

    from bot.sharing.seal import seal_stream, unseal_stream

    what, source, sink, key = sys.argv[1:]
    work = seal_stream if what == "seal" else unseal_stream
    identity = Path(key).read_text("ascii")
    before = _kib(_NOW)
    with Path(source).open("rb") as given, Path(sink).open("wb") as made:
        work(given, made, key=identity)
    print(max(_kib(_PEAK) - before, 0) / 1024)  # noqa: T201 - read by `memory`


if __name__ == "__main__":
    main()
