{{/* The pod that creates and renews the token. */}}
{{- define "dashkeep.bootstrapPod" -}}
{{- $admin := list -}}
{{- range $name, $value := include "dashkeep.adminEnvironment" . | fromYaml -}}
{{- $admin = append $admin (dict "name" $name "value" $value) -}}
{{- end -}}
metadata:
  labels:
    {{- include "dashkeep.labels" . | nindent 4 }}
    app.kubernetes.io/component: bootstrap
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  restartPolicy: Never
  {{- include "dashkeep.podSettings" (dict "root" . "serviceAccount" (include "dashkeep.bootstrapServiceAccountName" .)) | nindent 2 }}
  containers:
    {{- include "dashkeep.jobContainer" (dict "root" . "name" "bootstrap" "args" (list "bootstrap") "env" $admin) | nindent 4 }}
  volumes:
    {{- include "dashkeep.volumes" (dict "root" . "kube" true "admin" true) | nindent 4 }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/*
Retries don't resolve invalid usage or settings (exit code 2), and a drained node is not a failed attempt. Takes the
name of a container, or (dict "container" string "values" list of exit codes).
*/}}
{{- define "dashkeep.podFailurePolicy" -}}
podFailurePolicy:
  rules:
    - action: FailJob
      {{- if kindIs "map" . }}
      onExitCodes: { containerName: {{ .container }}, operator: In, values: {{ toJson .values }} }
      {{- else }}
      onExitCodes: { containerName: {{ . }}, operator: In, values: [2] }
      {{- end }}
    - action: Ignore
      onPodConditions: [{ type: DisruptionTarget, status: "True" }]
{{- end }}
