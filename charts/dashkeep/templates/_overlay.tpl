{{/* The values that add the sidecar and the app plugin to a release of the official Grafana chart. */}}
{{- define "dashkeep.overlay" -}}
{{- $parts := list -}}
{{- if eq .Values.mode "sidecar" -}}
{{- $parts = append $parts (include "dashkeep.overlaySidecar" .) -}}
{{- end -}}
{{- if .Values.plugin.install -}}
{{- $parts = append $parts (include "dashkeep.overlayPlugin" .) -}}
{{- end -}}
{{- if include "dashkeep.tls" . -}}
{{- $parts = append $parts (include "dashkeep.overlayAuthority" .) -}}
{{- end -}}
{{- join "\n" $parts -}}
{{- end }}

{{- define "dashkeep.overlaySidecar" -}}
extraContainers: |
  {{- include "dashkeep.serviceContainer" (dict
    "image" (include "dashkeep.image" (dict "image" .Values.image "global" .Values.global))
    "pullPolicy" .Values.image.pullPolicy
    "configMap" (include "dashkeep.fullname" .)
    "values" .Values
    "sidecar" true) | nindent 2 }}
extraContainerVolumes:
  {{- include "dashkeep.volumes" (dict "root" . "kube" true "admin" true "store" true) | nindent 2 }}
{{- end }}

{{- define "dashkeep.overlayPlugin" -}}
{{- $id := include "dashkeep.pluginId" . -}}
{{- if .Values.plugin.allowUnsigned -}}
grafana.ini:
  plugins:
    allow_loading_unsigned_plugins: {{ $id }}
{{ end -}}
{{- if eq .Values.plugin.source "image" -}}
# `storage` is the Grafana chart's own volume.
extraInitContainers:
  - name: dashkeep-plugin
    image: {{ include "dashkeep.image" (dict "image" .Values.plugin.image "global" .Values.global) | quote }}
    imagePullPolicy: {{ .Values.plugin.image.pullPolicy }}
    command: [sh, -c, "mkdir -p /var/lib/grafana/plugins && rm -rf /var/lib/grafana/plugins/{{ $id }} && cp -r /{{ $id }} /var/lib/grafana/plugins/"]
    {{- with .Values.securityContext }}
    securityContext:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - { name: storage, mountPath: /var/lib/grafana }
{{- else -}}
plugins:
  - {{ include "dashkeep.pluginItem" . | quote }}
  {{- range .Values.overlay.plugins }}
  - {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* One item of the Grafana chart's list `plugins`: id@version@url since 11.1.1 (GF_PLUGINS_PREINSTALL_SYNC), url;id before (GF_INSTALL_PLUGINS). */}}
{{- define "dashkeep.pluginItem" -}}
{{- $id := include "dashkeep.pluginId" . -}}
{{- $version := .Values.plugin.version | default (include "dashkeep.appVersion" .) -}}
{{- $url := .Values.plugin.url | default (printf "https://github.com/dashkeep/dashkeep/releases/download/v%s/%s-%s.zip" $version $id $version) -}}
{{- if semverCompare "<11.1.1-0" .Values.overlay.grafanaChartVersion -}}
{{- printf "%s;%s" $url $id -}}
{{- else -}}
{{- printf "%s@%s@%s" $id $version $url -}}
{{- end -}}
{{- end }}

{{/* Whether Grafana has a separate release that needs the overlay. */}}
{{- define "dashkeep.overlayWanted" -}}
{{- if and (include "dashkeep.on" .) .Values.overlay.create (not (include "dashkeep.umbrella" .)) -}}
{{- if or (eq .Values.mode "sidecar") (and (eq .Values.mode "deployment") (or .Values.plugin.install .Values.tls.enabled)) }}true{{ end -}}
{{- end -}}
{{- end }}
