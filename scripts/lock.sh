#!/usr/bin/env bash
# Writes requirements.lock (what runs) and requirements-dev.lock (and what tests).
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

resolve() { # resolve LOCK FLAG…: write one list
  local lock=$1
  shift
  # shellcheck disable=SC2086  # UPGRADE is empty or one flag
  "$room/bin/uv" pip compile --quiet --universal --generate-hashes \
    --python-version 3.11 --exclude-newer "${COOLDOWN:-1 week}" \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    ${UPGRADE:-} "$@" pyproject.toml --output-file "$lock" >/dev/null
  if grep -nE '://|^-|@ |(^| )/' "$lock"; then
    echo "$lock names a host or a path; see the lines above" >&2
    return 1
  fi
  echo "$lock: $(grep -c '==' "$lock") packages"
}

resolve requirements.lock --group build
# Constrained, so that the tests run on the versions that are shipped.
resolve requirements-dev.lock --group dev --constraint requirements.lock
