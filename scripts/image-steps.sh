#!/usr/bin/env bash
# Walks the Dockerfile's own steps in a temporary directory and starts the result.
#
# For machines without a container engine. It reads the Dockerfile itself, so there is
# no second list to keep in step. Differences to a real image: the base is this machine's
# Python, and /src, /opt and /var lie under the temporary directory. As root it starts
# the program as the Dockerfile's user; otherwise as you, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022

room=$(mktemp -d)
trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
chmod 755 "$room"
root=$room/root
stage='' workdir='' user='' entrypoint='' settings=()

refuse() {
  echo "image-steps: $1" >&2
  exit 1
}

python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' ||
  refuse "name a Python 3.11 or newer that any user may run: PYTHON=/usr/bin/python3.11"
mkdir "$room/base"
printf '#!/bin/sh\nexec %s "$@"\n' "$python" >"$room/base/python3"
chmod 755 "$room/base/python3"

inside() { # inside TEXT: the same text with the image's own paths under $root
  sed -E "s#(^|[ =:])/(src|opt|var)\b#\1$root/\2#g" <<<"$1"
}

# A stage is built at $root, so that its absolute paths stay true when the next stage
# takes files over; then it moves aside under its name.
begin() {
  [ -z "$stage" ] || mv "$root" "$room/$stage"
  stage=$(sed -nE 's/.* AS ([a-z]+)$/\1/p' <<<"$1")
  workdir=$root
  mkdir "$root"
}

run() {
  local command
  command=$(inside "$1")
  [ "$(id -u)" = 0 ] || command=${command//-o 10001 -g 10001 /}
  (cd "$workdir" && env -u PYTHONDONTWRITEBYTECODE -u VIRTUAL_ENV \
    PATH="$room/base:/usr/bin:/bin" HOME="$room" sh -euc "$command")
}

copy() {
  local words from=. source target
  read -ra words <<<"$1"
  if [[ ${words[0]} == --from=* ]]; then
    from=$room/${words[0]#--from=}
    words=("${words[@]:1}")
  fi
  target=${words[-1]}
  case $target in /*) target=$root$target ;; *) target=$workdir/$target ;; esac
  mkdir -p "$(dirname "$target")"
  for source in "${words[@]:0:${#words[@]}-1}"; do
    cp -a "$from/$source" "$target"
  done
}

step() {
  local word=${1%% *} rest=${1#* }
  case $word in
    FROM) begin "$rest" ;;
    WORKDIR) workdir=$(inside "$rest") && mkdir -p "$workdir" ;;
    COPY) copy "$rest" ;;
    RUN) run "$rest" ;;
    ENV) read -ra settings <<<"$(inside "$rest")" ;;
    USER) user=$rest ;;
    ENTRYPOINT) entrypoint=$(tr -d '[]"' <<<"$rest") ;;
    CMD | EXPOSE | HEALTHCHECK | LABEL | VOLUME) ;;
    *) refuse "unknown Dockerfile step: $1" ;;
  esac
}

as_started() { # as_started PROGRAM ARGUMENTS: with the image's user and ENV only
  local drop=()
  [ "$(id -u)" != 0 ] ||
    drop=(setpriv "--reuid=${user%:*}" "--regid=${user#*:}" --clear-groups --no-new-privs)
  (cd "$workdir" && env -i "${settings[@]}" "${drop[@]}" "$@")
}

# Joins continued lines and drops comments and empty ones.
mapfile -t steps < <(sed -e ':a' -e '/\\$/{N;s/\\\n */ /;ba' -e '}' Dockerfile | grep -vE '^(#|$)')
for line in "${steps[@]}"; do
  echo "  ${line:0:100}"
  step "$line"
done

chmod -R a-w "$root"
chmod u+w "$root/var/lib/tocsin"
[ "$(id -u)" = 0 ] || echo "not root: starting as $(id -un), not as $user"
as_started "$entrypoint" --version
as_started "$entrypoint" --help >/dev/null
open_to_user=$(as_started find "$root" -writable ! -type l ! -path "$root/var/lib/tocsin*" -print -quit)
[ -z "$open_to_user" ] || refuse "user $user may write to $open_to_user"
echo "image-steps: $(du -sm "$root/opt" | cut -f1) MB; $entrypoint --help starts with a read-only root as user $(as_started id -u)"
