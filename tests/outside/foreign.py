"""docs/verify/verify.go, built from Debian's own sources and run as an auditor does."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "docs" / "verify" / "verify.go"
SOURCES_OF_DEBIAN = "/usr/share/gocode"
_BUILD_S = 120
_RUN_S = 20


@dataclass(frozen=True)
class Answer:
    """What the program said and how it ended; true if it found nothing wrong."""

    status: int
    says: str

    def __bool__(self) -> bool:
        return self.status == 0


@dataclass(frozen=True)
class ForeignVerifier:
    program: Path

    def proof(self, vkey: Path, proof: Path, record: Path) -> Answer:
        return self.run("-vkey", vkey, "proof", proof, record)

    def consistency(self, vkey: Path, old: Path, new: Path, proof: Path) -> Answer:
        return self.run("-vkey", vkey, "consistency", old, new, proof)

    def directory(
        self, vkey: Path, directory: Path, anchor: Path | None = None
    ) -> Answer:
        kept = ("-anchor", anchor) if anchor else ()
        return self.run("-vkey", vkey, *kept, "directory", directory)

    def run(self, *words: str | Path) -> Answer:
        """Run the program with no environment at all."""
        ended = subprocess.run(
            [self.program, *words],
            env={},
            capture_output=True,
            text=True,
            check=False,
            timeout=_RUN_S,
        )
        return Answer(ended.returncode, ended.stdout + ended.stderr)


def built(folder: Path) -> ForeignVerifier:
    """Compile the program; no network is asked and no module is fetched."""
    program = folder / "verify"
    compiled = go(folder, "build", "-o", str(program), str(SOURCE))
    assert compiled.returncode == 0, compiled.stderr
    return ForeignVerifier(program)


def go(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the go command, with its caches in a folder that is thrown away."""
    found = shutil.which("go")
    assert found, "not installed: golang-go and golang-golang-x-mod-dev (see .ci/run)"
    return subprocess.run(
        [found, *words],
        env={
            "GO111MODULE": "off",
            "GOPATH": SOURCES_OF_DEBIAN,
            "GOPROXY": "off",
            "GOCACHE": str(folder / "cache"),
            "CGO_ENABLED": "0",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=_BUILD_S,
    )
