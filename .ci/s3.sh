#!/usr/bin/env bash
# Starts an S3 server for the tests on loopback, and prints its endpoint; or stops it.
#
#   .ci/s3.sh start FOLDER PORT    FOLDER gets its buckets, its log (log-PORT) and its process id (pid)
#   .ci/s3.sh stop FOLDER
#
# The server is Versity S3 Gateway 1.8.0 (Apache-2.0) over a plain folder, the first of:
#   1. the program that ROCAS_TEST_VERSITYGW names
#   2. `versitygw` on the PATH
#   3. one that is built by `go install` once (Go 1.24 or newer, two minutes), checked by Go's checksum database and kept
#      in ROCAS_TEST_CACHE (~/.cache/rocas)
# Its keys are those of test/support/test-bucket.ts.
set -euo pipefail

MODULE=github.com/versity/versitygw/cmd/versitygw@v1.8.0

built() { # the program of 3.
  local folder=${ROCAS_TEST_CACHE:-$HOME/.cache/rocas}/versitygw-1.8.0
  [ -x "$folder/versitygw" ] || GOBIN=$folder go install "$MODULE" >&2
  printf '%s\n' "$folder/versitygw"
}

program() {
  if [ -n "${ROCAS_TEST_VERSITYGW:-}" ]; then printf '%s\n' "$ROCAS_TEST_VERSITYGW"
  else command -v versitygw || built
  fi
}

start() { # PROGRAM FOLDER PORT
  mkdir -p "$2/buckets" "$2/metadata"
  # Beside the files, since not every file system keeps attributes.
  ROOT_ACCESS_KEY_ID=rocas-tests ROOT_SECRET_ACCESS_KEY=rocas-tests-secret \
    "$1" --port "127.0.0.1:$3" --keep-alive posix --sidecar "$2/metadata" "$2/buckets" </dev/null >"$2/log-$3" 2>&1 &
  printf '%s\n' "$!" >"$2/pid"
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$3") 2>/dev/null; then
      printf 'http://127.0.0.1:%s\n' "$3"
      return
    fi
    kill -0 "$(cat "$2/pid")" 2>/dev/null || break
    sleep 0.1
  done
  cat "$2/log-$3" >&2
  return 1
}

stop() { # FOLDER
  local pid
  pid=$(cat "$1/pid")
  kill "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm "$1/pid"
}

case "${1:-} $#" in
"start 3") start "$(program)" "$2" "$3" ;;
"stop 2") [ ! -f "$2/pid" ] || stop "$2" ;;
*)
  echo "usage: .ci/s3.sh start FOLDER PORT | stop FOLDER" >&2
  exit 2
  ;;
esac
