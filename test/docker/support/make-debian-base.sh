#!/bin/sh
# Makes the image debian:bookworm-slim from Debian's packages where the engine does not have it and no registry gives it.
# Needs root and debootstrap.
set -eu

image=debian:bookworm-slim
docker image inspect "$image" >/dev/null 2>&1 && exit 0

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

debootstrap --variant=minbase bookworm "$folder" >&2
# Podman gives a container the mode of the archive's top folder, which mktemp makes for one user alone.
chmod 755 "$folder"
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/* "$folder"/usr/share/doc/* \
  "$folder"/usr/share/man/* "$folder"/usr/share/locale/* "$folder"/var/log/*
# As in the registry's image: no documentation comes with packages, no service starts when one is installed.
printf 'path-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\npath-exclude /usr/share/locale/*\n' \
  >"$folder/etc/dpkg/dpkg.cfg.d/docker"
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod 755 "$folder/usr/sbin/policy-rc.d"

tar -C "$folder" --numeric-owner --exclude=./dev -c . | docker import -c 'CMD ["bash"]' - "$image"
