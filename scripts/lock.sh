#!/usr/bin/env bash
# Writes requirements.lock (what runs), requirements-dev.lock (and what tests),
# requirements-outside.lock (what the tests with a browser add),
# requirements-cloud.lock (the practice cloud, in an environment of its own) and
# requirements-node.lock (Node, where the machine has none).
#
# uv resolves for every platform at once and records hashes; it lives in a
# throwaway environment, so nobody needs it installed. Versions younger than
# COOLDOWN are left alone: most bad releases are withdrawn within days.
set -euo pipefail
cd "$(dirname "$0")/.."

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3}" -m venv "$room"
"$room/bin/python" -m pip install --quiet 'uv>=0.13,<1'

resolve() { # resolve LOCK SOURCE FLAG…: write one list
  local lock=$1 source=$2
  shift 2
  # shellcheck disable=SC2086  # UPGRADE is empty or one flag
  "$room/bin/uv" pip compile --quiet --universal --generate-hashes \
    --python-version 3.11 --exclude-newer "${COOLDOWN:-1 week}" \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    ${UPGRADE:-} "$@" "$source" --output-file "$lock" >/dev/null
  if grep -nE '://|^-|@ |(^| )/' "$lock"; then
    echo "$lock names a host or a path; see the lines above" >&2
    return 1
  fi
  echo "$lock: $(grep -c '==' "$lock") packages"
}

resolve requirements.lock pyproject.toml --group build --extra openai
# Constrained, so that the tests run on the versions that are shipped.
resolve requirements-dev.lock pyproject.toml --group dev --constraint requirements.lock
# The group alone is the source: the rest is there already, at the same versions.
resolve requirements-outside.lock --group=outside --constraint requirements-dev.lock
resolve requirements-cloud.lock requirements-cloud.in
resolve requirements-node.lock requirements-node.in
