# The image of a Windows node: a HostProcess container, which is the exe and next to nothing else.
# Built from any machine, for nothing runs in the Windows stage:
#
#   deno task compile:windows
#   docker buildx create --name windlass --use --platform windows/amd64
#   docker buildx build --provenance=false --sbom=false --platform windows/amd64 \
#     --file deploy/container/windows.Dockerfile --output type=registry --tag REGISTRY/windlass:TAG-windows .
#
# Keep it out of manifest lists with an os.version: containerd would take it for that one build of
# Windows only. A HostProcess container runs on all of them.
FROM mcr.microsoft.com/oss/kubernetes/windows-host-process-containers-base-image:v1.0.0
# HostProcess containers see the node's own files; powershell.exe and netsh.exe are found here.
ENV PATH="C:\Windows\system32;C:\Windows;C:\Windows\System32\WindowsPowerShell\v1.0\;"
COPY dist/windlass.exe /windlass.exe
ENTRYPOINT ["windlass.exe"]
