#!/bin/sh
# Makes an image as node:20-bookworm-slim is, from debian:bookworm-slim and this machine's own Node.js and npm: where no
# registry gives the real one. It trusts whom this machine trusts. Prints its name.
set -eu

image=rocas-test/node:bookworm-slim
"$(dirname "$0")/make-debian-base.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cp "$(node -p process.execPath)" "$folder/node"
cp -rL "$(npm root --global)/npm" "$folder/npm"
cp /etc/ssl/certs/ca-certificates.crt "$folder/ca.crt"
cat >"$folder/Dockerfile" <<'END'
FROM debian:bookworm-slim
COPY ca.crt /usr/local/share/trusted.crt
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/trusted.crt
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --create-home --uid 1000 node
END
docker build --quiet --tag "$image" "$folder" >&2
echo "$image"
