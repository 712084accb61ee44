# docker build -t dashkeep .                          the service and command line: Node and one file
# docker build -t dashkeep-plugin --target plugin .   the app plugin, for clusters that can't download it
#
# The bundle is the same for every platform, so it is built once, on the builder's own:
# docker buildx build --platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max \
#   --output type=image,rewrite-timestamp=true --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) .
#
# It names no syntax: what every engine with BuildKit has is enough, and a mirror needs to hold nothing but the three bases.

# The digest decides; the tag names what it was. `npm run images:pin` writes the digests that the tags have now, for review.
ARG NODE_IMAGE=docker.io/library/node:24-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e
ARG PLUGIN_IMAGE=docker.io/library/busybox:1.37-musl@sha256:5cec3fc171c87218698e85a52af7087de727372aae264a787b8112901a5b0092

FROM ${RUNTIME_IMAGE} AS runtime
FROM ${PLUGIN_IMAGE} AS plugin-base

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
RUN { npm --version && node -e 'process.exit(+(process.versions.node.localeCompare("20.19", "en", { numeric: true }) < 0))'; } > /dev/null || { \
      echo 'NODE_IMAGE must have Node 20.19 or later and npm, as docker.io/library/node:24-trixie-slim has.' >&2; exit 1; }
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci

FROM dependencies AS build
# Looked at instead of run: the service's image may be for another platform.
RUN --mount=from=runtime,target=/runtime test -x /runtime/nodejs/bin/node || { \
      echo 'RUNTIME_IMAGE must have Node at /nodejs/bin/node, as gcr.io/distroless/nodejs24-debian13 has.' >&2; exit 1; }
COPY . .
RUN npm run build:service
# Becomes the state directory, with the owner that a fresh volume takes over.
RUN mkdir -p /state

FROM dependencies AS build-plugin
RUN --mount=from=plugin-base,target=/base for tool in sh cp rm mkdir; do [ -e /base/bin/$tool ] || [ -L /base/bin/$tool ] || { \
      echo 'PLUGIN_IMAGE must have sh, cp, rm and mkdir in /bin, as docker.io/library/busybox has.' >&2; exit 1; }; done
COPY . .
RUN npm run build:plugin

FROM plugin-base AS plugin
LABEL org.opencontainers.image.title="Dashkeep app plugin" \
      org.opencontainers.image.source="https://github.com/dashkeep/dashkeep" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build-plugin /src/dist /dashkeep-backup-app
USER 65532:65532
CMD ["sh", "-c", "rm -rf /plugins/dashkeep-backup-app && cp -r /dashkeep-backup-app /plugins/"]

FROM runtime AS service
LABEL org.opencontainers.image.title="Dashkeep" \
      org.opencontainers.image.description="Backs up Grafana to S3, Azure, Google Cloud or a directory, with history, comparison and restore" \
      org.opencontainers.image.source="https://github.com/dashkeep/dashkeep" \
      org.opencontainers.image.documentation="https://github.com/dashkeep/dashkeep/tree/main/docs" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build --chmod=0555 /src/build/dashkeep.mjs /dashkeep/dashkeep.mjs
COPY --from=build --chmod=0444 /src/build/dashkeep.mjs.LEGAL.txt /dashkeep/dashkeep.mjs.LEGAL.txt
COPY --from=build --chmod=0444 /src/LICENSE /dashkeep/LICENSE
COPY --from=build --chmod=0700 --chown=65532:65532 /state /var/lib/dashkeep
ENV NODE_ENV=production
# glibc keeps freed memory once for each thread that ever asked for some: a backup peaks 20 MB lower with two such stores.
ENV MALLOC_ARENA_MAX=2
USER 65532:65532
EXPOSE 3210 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Halves of 2 MB for young objects instead of 16: Node keeps what a backup made them grow to. It takes effect only at the start.
# bench/performance.md has what it gives and what it takes.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=2", "/dashkeep/dashkeep.mjs"]
CMD ["serve"]
