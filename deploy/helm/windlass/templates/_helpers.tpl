{{- define "windlass.name" -}}
{{- ternary .Release.Name (printf "%s-windlass" .Release.Name) (contains "windlass" .Release.Name) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "windlass.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "windlass.name" .) }}
{{- end }}

{{- define "windlass.brainName" -}}
{{- printf "%s-brain" (include "windlass.name" .) }}
{{- end }}

{{- define "windlass.labels" -}}
app.kubernetes.io/name: windlass
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "windlass.selector" -}}
app.kubernetes.io/name: windlass
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* An image, by name and tag. (dict "image" .Values.image "what" "image" "root" $) */}}
{{- define "windlass.image" -}}
{{- $repository := required (printf "%s.repository: name the image that you have built (deploy/container)" .what) .image.repository -}}
{{- printf "%s:%s" $repository (.image.tag | default .root.Chart.AppVersion) }}
{{- end }}

{{- /* Where volumes are on the node: with and without bind mounts (containerd 1.6, Server 2019). */}}
{{- define "windlass.mount" -}}
$env:CONTAINER_SANDBOX_MOUNT_POINT/etc/windlass
{{- end }}

{{- /* What the backend of a Windows node is told, whatever its source. */}}
{{- define "windlass.sinkArgs" -}}
{{- if eq .Values.mode "kernelspace" }}
- to-winkernel
- {{ required "kernel.networkName: name the HNS network that the CNI makes, such as Calico" .Values.kernel.networkName | printf "--network-name=%s" | quote }}
- --enable-dsr={{ .Values.kernel.enableDSR }}
{{- with .Values.kernel.sourceVIP }}
- --source-vip={{ . }}
{{- end }}
{{- with .Values.kernel.ipamDir }}
- {{ printf "--ipam-dir=%s" . | quote }}
{{- end }}
{{- if .Values.kernel.forwardHealthCheckVIP }}
- --forward-healthcheck-vip
{{- end }}
{{- else }}
- to-userspace
- --address-manager=auto
- --balancing={{ .Values.userspace.balancing }}
- --udp-idle-timeout={{ .Values.userspace.udpIdleTimeout }}
{{- with .Values.userspace.interface }}
- {{ printf "--interface=%s" . | quote }}
{{- end }}
{{- end }}
- --node-name=$(NODE_NAME)
- --healthz-bind-address=0.0.0.0:{{ .Values.healthzPort }}
- --metrics-bind-address={{ .Values.metricsAddress }}:{{ .Values.metricsPort }}
- --v={{ .Values.verbosity }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
