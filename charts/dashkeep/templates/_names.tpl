{{/*
Names. All of them also work in the context of a sub-chart of an umbrella chart, where .Values and .Chart belong to the
sub-chart: names that must be the same in both sub-charts are derived only from .Release and .Values.global.
*/}}

{{/* The image's default tag. It is set here because .Chart is a different chart if the sidecar is injected. A test checks that it equals appVersion. */}}
{{- define "dashkeep.appVersion" -}}1.0.0-rc.1{{- end }}

{{/* Digests of this release's images, inserted by the release. They apply if registry, repository and tag have their defaults. */}}
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

{{/* The name in an umbrella chart, the same in both sub-charts. */}}
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

{{/* 52 characters: the limit for names of CronJobs, and short enough to append "-bootstrap" to other names. */}}
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

{{/* Name of Grafana's objects, derived as in the official chart. */}}
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

{{/* "true" if the admin Secret can be mounted, so that no account needs permission to read it through the API. */}}
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

{{/* The ServiceAccount that creates the token. */}}
{{- define "dashkeep.minterServiceAccountName" -}}
{{- if eq .Values.mode "cronjob" -}}
{{- include "dashkeep.bootstrapServiceAccountName" . -}}
{{- else -}}
{{- include "dashkeep.serviceAccountName" . -}}
{{- end -}}
{{- end }}

{{/* The image of the service: in an umbrella chart, the image of the injected sidecar, set in the global values. */}}
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
