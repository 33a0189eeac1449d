# Rocas as an image: docs/operations.md says how it is started. `docker build -t rocas .`
# Any image of Debian with Node.js 20 and a user `node` does as the base.
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /source
# The dependencies first: they stay as they are while sources change.
COPY package.json package-lock.json ./
COPY packages/embedded-store/package.json packages/embedded-store/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# What the npm package has, with the very versions of production dependencies that Rocas is tested with.
RUN npm pack --ignore-scripts=false --pack-destination /tmp \
 && mkdir /rocas && tar -xzf /tmp/rocas-*.tgz -C /rocas --strip-components=1 \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/.package-lock.json && cp -a node_modules /rocas/

FROM ${BASE}
# git opens the sources of GIT builds.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git git-lfs \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /data /projects && chown node:node /data
COPY --from=build /rocas /opt/rocas
ENV HOST=0.0.0.0 PORT=4000 ROCAS_DATA=/data ROCAS_PROJECT_ROOTS=/projects ROCAS_RUNTIME=docker
USER node
WORKDIR /data
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/rocas/dist/rocas.js"]
CMD ["start"]
