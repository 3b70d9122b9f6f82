# The image of the brain on a Linux node, and of windlass on Linux in general.
#
#   deno task compile
#   docker buildx build --platform linux/amd64 --output type=registry \
#     --file deploy/container/linux.Dockerfile --tag REGISTRY/windlass:TAG .
#
# distroless/cc has what the Deno runtime links to (glibc, libgcc), certificates, and no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY dist/windlass /windlass
ENTRYPOINT ["/windlass"]
