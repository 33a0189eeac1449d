#!/bin/bash
# Docker 26's classic builder (POST /build without version=2; DOCKER_BUILDKIT=0) ends a build with success although its
# Dockerfile says what it does not do. Seen with Debian's docker.io 26.1.5+dfsg1-9+deb13u1+b1:
#
#   RUN <<EOF ... EOF       the step is in the log, the image is made, and no command of the here-document has run
#   COPY --link             carried out as a plain COPY
#   ARG TARGETARCH          empty, where BuildKit gives the architecture
#
# Docker 20.10 fails at the first two ("unknown instruction", "Unknown flag"), so that the newer engine looks as if it could
# do them. Nothing in the answer tells that something was left out.
#
# Needs root, debootstrap, unshare and curl; half a gigabyte in a temporary folder; no network but the package archive.
# Ends with 0 while the behaviour is as told above, else with 1.
set -euo pipefail

VERSION=26.1.5+dfsg1-9+deb13u1+b1
work=$(mktemp -d)
root=$work/root
engine=
cleanup() {
  # The engine itself is told: unshare waits for it, and hears no signal meanwhile.
  [ -z "$engine" ] || pkill -TERM -P "$engine" || true
  [ -z "$engine" ] || wait "$engine" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# The archive that this machine installs its own packages from.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
  sed -n 's/ Debian Debian$//p' | sort -u | head -1)
debootstrap --variant=minbase trixie "$root" "$mirror" >"$work/bootstrap.log"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  "docker.io=$VERSION" containerd runc busybox-static >"$work/install.log" 2>&1 ||
  { tail -3 "$work/install.log" >&2; exit 1; }

# In namespaces of its own, without a network: builds need none. All of it goes with the process.
cat >"$work/enter" <<'ENTER'
set -e
mount --bind "$R" "$R"
mount -t proc proc "$R/proc"
mount -t sysfs sysfs "$R/sys"
mount --rbind /dev "$R/dev"
mount -t tmpfs cgroup "$R/sys/fs/cgroup"
if [ -d /sys/fs/cgroup/memory ]; then
  for controller in /sys/fs/cgroup/*/; do
    name=$(basename "$controller")
    [ "$name" = unified ] || { mkdir "$R/sys/fs/cgroup/$name"; mount --bind "$controller" "$R/sys/fs/cgroup/$name"; }
  done
else
  mount --rbind /sys/fs/cgroup "$R/sys/fs/cgroup"
fi
mkdir -p "$R/run"
exec chroot "$R" env PATH=/usr/sbin:/usr/bin:/sbin:/bin dockerd -H unix:///run/e.sock --storage-driver vfs \
  --bridge none --iptables=false --ip-forward=false --cgroup-parent /classic-builder-finding
ENTER
R=$root unshare --mount --net --pid --fork --kill-child --propagation private bash "$work/enter" >"$work/engine.log" 2>&1 &
engine=$!
socket=$root/run/e.sock
ask() { curl -sS --unix-socket "$socket" "$@"; }
for _ in $(seq 120); do ask -f http://engine/_ping >/dev/null 2>&1 && break; sleep 0.5; done
ask -f http://engine/_ping >/dev/null || { tail -5 "$work/engine.log" >&2; exit 1; }
echo "Docker $(ask http://engine/version | sed -n 's/.*"Version":"\([^"]*\)".*/\1/p')"

mkdir "$work/context"
cp "$root/usr/bin/busybox" "$work/context/busybox"
echo text >"$work/context/a.txt"
printf '%s\n' 'FROM scratch' 'COPY busybox /bin/busybox' 'COPY busybox /bin/sh' >"$work/base"

# built NAME: the Dockerfile comes on standard input, after the base above; the engine's answer is left in NAME.log.
built() {
  cat "$work/base" - >"$work/context/Dockerfile"
  tar -C "$work/context" -c . | ask -X POST -H 'Content-Type: application/x-tar' --data-binary @- \
    "http://engine/build?networkmode=none&t=finding:$1" >"$work/$1.log"
  if grep -q '"error"' "$work/$1.log"; then echo "failed"; else echo "success"; fi
}
same=0
expect() { # expect WHAT SEEN WANTED
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "  it was: $3" >&2; same=1; }
}

heredoc=$(built heredoc <<'D'
RUN <<EOF
busybox touch /made
EOF
RUN if busybox test -e /made; then echo "[it ran]"; else echo "[nothing ran]"; fi
D
)
expect "RUN with a here-document, the build" "$heredoc" success
expect "RUN with a here-document, its command" "$(grep -oE '\[(it|nothing) ran\]' "$work/heredoc.log" | tail -1)" "[nothing ran]"

link=$(built link <<'D'
COPY --link a.txt /a.txt
RUN echo "[$(busybox cat /a.txt)]"
D
)
expect "COPY --link" "$link" success
expect "ARG TARGETARCH, the build" "$(built arch <<'D'
ARG TARGETARCH
RUN echo "[arch=$TARGETARCH]"
D
)" success
expect "ARG TARGETARCH, its value" "$(grep -oE '\[arch=[a-z0-9]*\]' "$work/arch.log" | tail -1)" "[arch=]"
exit $same
