#!/usr/bin/env bash
# Starts another container engine beside the installed one for the tests, with the tests' base image; or stops it.
#
#   .ci/engine.sh start NAME FOLDER             prints its socket; NAME is docker26, docker28 or podman5
#   .ci/engine.sh exec NAME FOLDER COMMAND...   runs COMMAND where the engine's containers are reached
#   .ci/engine.sh stop NAME FOLDER
#
# The engines come from a script that ROCAS_TEST_ENGINES names, or from `engines/engine.sh` in a folder beside this
# checkout: `start NAME --dir FOLDER` prints the socket, `exec NAME --dir FOLDER -- COMMAND...` and `stop NAME --dir FOLDER`
# do as above. Where there is none, the exit status is 3.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
base=debian:bookworm-slim

script() {
  local found
  for found in "${ROCAS_TEST_ENGINES:-}" "$root"/../*/engines/engine.sh; do
    [ -n "$found" ] && [ -x "$found" ] && { printf '%s\n' "$found"; return; }
  done
  echo "No script starts other engines: set ROCAS_TEST_ENGINES to one (see .ci/engine.sh)." >&2
  exit 3
}

give_base() { # SOCKET: of the installed engine, by its files, since Podman renames what it loads
  docker -H "unix://$1" image inspect "$base" >/dev/null 2>&1 && return
  DOCKER_HOST= "$root/test/docker/support/make-debian-base.sh"
  local container
  container=$(docker create "$base")
  docker export "$container" | docker -H "unix://$1" import -c 'CMD ["bash"]' - "$base" >/dev/null
  docker rm "$container" >/dev/null
}

[ $# -ge 3 ] || { sed -n '2,10p' "$0" >&2; exit 2; }
verb=$1 name=$2 folder=$3
shift 3
starter=$(script)
case $verb in
start)
  socket=$("$starter" start "$name" --dir "$folder" | tail -n 1)
  give_base "$socket" >&2
  printf '%s\n' "$socket"
  ;;
exec) exec "$starter" exec "$name" --dir "$folder" -- "$@" ;;
stop) "$starter" stop "$name" --dir "$folder" ;;
*) sed -n '2,10p' "$0" >&2; exit 2 ;;
esac
