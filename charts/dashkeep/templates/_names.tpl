{{/*
Names. All of them also work in the context of a sub-chart called from an umbrella, where .Values and .Chart are that
sub-chart's: what must be the same on both sides comes from .Release and .Values.global alone.
*/}}

{{/* The image's default tag. It is here because .Chart is another chart where the sidecar is injected. A test keeps it equal to appVersion. */}}
{{- define "dashkeep.appVersion" -}}1.0.0-rc.1{{- end }}

{{/* Digests of this release's images, written here by the release itself: they hold while registry, repository and tag are the defaults. */}}
{{- define "dashkeep.digests" -}}
dashkeep/dashkeep: ''
dashkeep/dashkeep-plugin: ''
{{- end }}

{{- define "dashkeep.pluginId" -}}dashkeep-backup-app{{- end }}

{{- define "dashkeep.umbrella" -}}
{{- if (((.Values).global).dashkeep | default dict).enabled }}true{{ end -}}
{{- end }}

{{/* Empty if an umbrella chart turned Dashkeep off. The sub-chart stays loaded, because otherwise an include of its templates would fail. */}}
{{- define "dashkeep.on" -}}
{{- if ne (toString (((.Values).global).dashkeep | default dict).enabled) "false" }}true{{ end -}}
{{- end }}

{{/* The name in an umbrella: the same from either sub-chart. */}}
{{- define "dashkeep.sharedName" -}}
{{- $global := ((.Values).global).dashkeep | default dict -}}
{{- if $global.fullnameOverride -}}
{{- $global.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains "dashkeep" .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-dashkeep" (.Release.Name | trunc 43 | trimSuffix "-") -}}
{{- end -}}
{{- end }}

{{/* 52 characters: CronJob names end there, and "-bootstrap" has to fit for the others. */}}
{{- define "dashkeep.fullname" -}}
{{- if include "dashkeep.umbrella" . -}}
{{- include "dashkeep.sharedName" . -}}
{{- else if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- $name := .Values.nameOverride | default "dashkeep" -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 42 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "dashkeep.labels" -}}
helm.sh/chart: {{ printf "dashkeep-%s" .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: dashkeep
{{ include "dashkeep.selectorLabels" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "dashkeep.selectorLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default "dashkeep" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "dashkeep.grafanaRelease" -}}
{{- .Values.grafana.releaseName | default (eq (include "dashkeep.umbrella" .) "true" | ternary .Release.Name "grafana") -}}
{{- end }}

{{/* What the official chart calls Grafana's objects, by its own rule. */}}
{{- define "dashkeep.grafanaFullname" -}}
{{- $release := include "dashkeep.grafanaRelease" . -}}
{{- if .Values.grafana.fullname -}}
{{- .Values.grafana.fullname -}}
{{- else if contains "grafana" $release -}}
{{- $release | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-grafana" $release | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "dashkeep.grafanaNamespace" -}}
{{- .Values.grafana.namespace | default .Release.Namespace -}}
{{- end }}

{{- define "dashkeep.grafanaPodLabels" -}}
{{- if .Values.grafana.podLabels -}}
{{- toYaml .Values.grafana.podLabels -}}
{{- else -}}
app.kubernetes.io/name: grafana
app.kubernetes.io/instance: {{ include "dashkeep.grafanaRelease" . }}
{{- end -}}
{{- end }}

{{- define "dashkeep.grafanaUrl" -}}
{{- if .Values.grafana.url -}}
{{- .Values.grafana.url -}}
{{- else if eq .Values.mode "sidecar" -}}
http://127.0.0.1:{{ .Values.grafana.containerPort }}
{{- else -}}
{{- include "dashkeep.grafanaServiceUrl" . -}}
{{- end -}}
{{- end }}

{{/* Grafana as seen from another pod. */}}
{{- define "dashkeep.grafanaServiceUrl" -}}
{{- if and .Values.grafana.url (ne .Values.mode "sidecar") -}}
{{- .Values.grafana.url -}}
{{- else -}}
http://{{ include "dashkeep.grafanaFullname" . }}.{{ include "dashkeep.grafanaNamespace" . }}.svc
{{- end -}}
{{- end }}

{{- define "dashkeep.adminSecretName" -}}
{{- .Values.grafana.adminSecret.name | default (include "dashkeep.grafanaFullname" .) -}}
{{- end }}

{{/* "true" where the admin Secret can be mounted, so that nobody needs the right to read it through the API. */}}
{{- define "dashkeep.adminSecretMounted" -}}
{{- if eq (include "dashkeep.grafanaNamespace" .) .Release.Namespace }}true{{ end -}}
{{- end }}

{{- define "dashkeep.leaseName" -}}
{{- .Values.lease.name | default (include "dashkeep.fullname" .) -}}
{{- end }}

{{/* ServiceAccount of the service (deployment) or of the backup (cronjob). */}}
{{- define "dashkeep.serviceAccountName" -}}
{{- if eq .Values.mode "sidecar" -}}
{{- .Values.grafana.serviceAccountName | default (include "dashkeep.grafanaFullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default (include "dashkeep.fullname" .) -}}
{{- end -}}
{{- end }}

{{- define "dashkeep.bootstrapServiceAccountName" -}}
{{- printf "%s-bootstrap" (include "dashkeep.serviceAccountName" .) -}}
{{- end }}

{{/* The ServiceAccount that mints the token. */}}
{{- define "dashkeep.minterServiceAccountName" -}}
{{- if eq .Values.mode "cronjob" -}}
{{- include "dashkeep.bootstrapServiceAccountName" . -}}
{{- else -}}
{{- include "dashkeep.serviceAccountName" . -}}
{{- end -}}
{{- end }}

{{/* The image that the service runs: in an umbrella the injected one, whose values are global. */}}
{{- define "dashkeep.runningImage" -}}
{{- $global := ((.Values).global).dashkeep | default dict -}}
{{- $image := .Values.image -}}
{{- if include "dashkeep.umbrella" . -}}
{{- $image = merge (dict) ($global.image | default dict) (dict "registry" "ghcr.io" "repository" "dashkeep/dashkeep") -}}
{{- end -}}
{{- include "dashkeep.image" (dict "image" $image "global" .Values.global) -}}
{{- end }}

{{/* Image reference from (dict "image" … "global" …). */}}
{{- define "dashkeep.image" -}}
{{- $image := .image -}}
{{- $registry := (.global).imageRegistry | default $image.registry -}}
{{- if $registry }}{{ $registry }}/{{ end }}{{ $image.repository -}}
{{- $released := get (include "dashkeep.digests" . | fromYaml) $image.repository -}}
{{- $digest := $image.digest | default ($image.tag | empty | ternary $released "") -}}
{{- if $digest }}@{{ $digest }}{{ else }}:{{ $image.tag | default (include "dashkeep.appVersion" .) }}{{ end -}}
{{- end }}

{{- define "dashkeep.imagePullSecrets" -}}
{{- $secrets := concat ((.Values.global).imagePullSecrets | default list) .Values.imagePullSecrets -}}
{{- if $secrets }}
imagePullSecrets:
  {{- range $secrets }}
  - name: {{ kindIs "map" . | ternary (get (kindIs "map" . | ternary . dict) "name") . }}
  {{- end }}
{{- end -}}
{{- end }}
