{{/* The parts of all pods and containers of Dashkeep, including the container injected into Grafana's pod. */}}

{{- define "dashkeep.secretsDir" -}}/var/run/secrets/dashkeep{{- end }}

{{/* Settings as environment variables, in one ConfigMap, so that changing them does not require a change to Grafana's release. */}}
{{- define "dashkeep.environment" -}}
{{- $dir := include "dashkeep.secretsDir" . -}}
GRAFANA_URL: {{ include "dashkeep.grafanaUrl" . | quote }}
DASHKEEP_KUBERNETES: auto
DASHKEEP_KUBE_DIR: {{ $dir }}/kube
DASHKEEP_TOKEN_SECRET: {{ .Values.tokenSecret.name }}
{{- if ne .Values.mode "cronjob" }}
{{- include "dashkeep.adminEnvironment" . | nindent 0 }}
DASHKEEP_LEASE: {{ include "dashkeep.leaseName" . }}
DASHKEEP_LISTEN: {{ eq .Values.mode "sidecar" | ternary "127.0.0.1" "0.0.0.0" }}:3210
DASHKEEP_OPS_LISTEN: 0.0.0.0:9464
DASHKEEP_SCHEDULE: {{ .Values.schedule | quote }}
DASHKEEP_TIMEZONE: {{ .Values.timezone | quote }}
DASHKEEP_IMAGE: {{ include "dashkeep.runningImage" . | quote }}
DASHKEEP_NETWORK_POLICY: {{ .Values.networkPolicy.enabled | quote }}
{{- end }}
{{- if eq .Values.mode "deployment" }}
DASHKEEP_URL: http{{ if include "dashkeep.tls" . }}s{{ end }}://{{ include "dashkeep.host" . }}:{{ .Values.service.port }}
{{- if include "dashkeep.tls" . }}
DASHKEEP_TLS_CERT_FILE: {{ $dir }}/tls/tls.crt
DASHKEEP_TLS_KEY_FILE: {{ $dir }}/tls/tls.key
{{- end }}
{{- end }}
{{- with .Values.target }}
DASHKEEP_TARGET: {{ . | quote }}
{{- end }}
{{- with .Values.s3.endpoint }}
DASHKEEP_S3_ENDPOINT: {{ . | quote }}
{{- end }}
{{- if ne (toString .Values.s3.forcePathStyle) "" }}
DASHKEEP_S3_FORCE_PATH_STYLE: {{ .Values.s3.forcePathStyle | quote }}
{{- end }}
{{- with .Values.s3.region }}
AWS_REGION: {{ . | quote }}
{{- end }}
{{- with .Values.s3.profile }}
AWS_PROFILE: {{ . | quote }}
{{- end }}
{{- if .Values.s3.credentialsSecret.name }}
AWS_SHARED_CREDENTIALS_FILE: {{ $dir }}/s3/credentials
AWS_CONFIG_FILE: {{ $dir }}/s3/config
{{- end }}
{{- with .Values.azure.account }}
AZURE_STORAGE_ACCOUNT: {{ . | quote }}
{{- end }}
{{- with .Values.azure.endpoint }}
DASHKEEP_AZURE_ENDPOINT: {{ . | quote }}
{{- end }}
{{- with .Values.azure.credentialsSecret }}
{{- if .name }}
{{ get (dict "connectionString" "AZURE_STORAGE_CONNECTION_STRING" "accountKey" "AZURE_STORAGE_KEY" "sasToken" "AZURE_STORAGE_SAS_TOKEN") .type }}_FILE: {{ $dir }}/azure/credentials
{{- end }}
{{- end }}
{{- with .Values.gcs.endpoint }}
DASHKEEP_GCS_ENDPOINT: {{ . | quote }}
{{- end }}
{{- if .Values.gcs.credentialsSecret.name }}
DASHKEEP_GCS_KEY_FILE: {{ $dir }}/gcs/key.json
{{- end }}
{{- include "dashkeep.copyEnvironment" . }}
{{- range $name, $connection := .Values.connections }}
{{- $prefix := printf "DASHKEEP_CONNECTION_%s" ($name | upper | replace "-" "_") }}
{{ $prefix }}_URL: {{ $connection.url | quote }}
{{ $prefix }}_TOKEN_FILE: {{ $dir }}/connections/{{ $name }}/token
{{- if $connection.caSecret }}
{{ $prefix }}_CA_FILE: {{ $dir }}/connections/{{ $name }}/ca.crt
{{- end }}
{{- end }}
{{- with .Values.encryption.ageRecipients }}
DASHKEEP_AGE_RECIPIENTS: {{ join "," . | quote }}
{{- end }}
{{- if .Values.encryption.ageIdentitySecret.name }}
DASHKEEP_AGE_IDENTITY_FILE: {{ $dir }}/age/identity
{{- end }}
{{- with .Values.signing.trustedKeys }}
DASHKEEP_TRUSTED_KEYS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.fleet.targets }}
DASHKEEP_FLEET_TARGETS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.fleet.trustedKeys }}
DASHKEEP_FLEET_TRUSTED_KEYS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.email }}
{{- if and .host (ne $.Values.mode "cronjob") }}
DASHKEEP_SMTP_HOST: {{ .host | quote }}
DASHKEEP_SMTP_PORT: {{ .port | quote }}
DASHKEEP_SMTP_SECURITY: {{ .security | quote }}
DASHKEEP_SMTP_FROM: {{ .from | quote }}
{{- with .user }}
DASHKEEP_SMTP_USER: {{ . | quote }}
{{- end }}
{{- if .passwordSecret.name }}
DASHKEEP_SMTP_PASSWORD_FILE: {{ $dir }}/email/password
{{- end }}
{{- with .to }}
DASHKEEP_SMTP_TO: {{ join "," . | quote }}
{{- end }}
{{- end }}
{{- end }}
NODE_OPTIONS: --max-old-space-size={{ .Values.nodeMaxOldSpaceMiB }}
{{- range $name, $value := .Values.config }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{/* The second target, with a line break before each line, because there may be no lines. */}}
{{- define "dashkeep.copyEnvironment" -}}
{{- with .Values.copy }}
{{- if .target }}
DASHKEEP_COPY_TARGET: {{ .target | quote }}
{{- with .schedule }}
DASHKEEP_COPY_SCHEDULE: {{ . | quote }}
{{- end }}
{{- with .keep }}
DASHKEEP_COPY_KEEP: {{ . | quote }}
{{- end }}
DASHKEEP_COPY_VERIFY_DAYS: {{ .verifyDays | quote }}
{{- with .s3 }}
{{- with .endpoint }}
DASHKEEP_COPY_S3_ENDPOINT: {{ . | quote }}
{{- end }}
{{- with .region }}
DASHKEEP_COPY_S3_REGION: {{ . | quote }}
{{- end }}
{{- with .profile }}
DASHKEEP_COPY_S3_PROFILE: {{ . | quote }}
{{- end }}
{{- if ne (toString .forcePathStyle) "" }}
DASHKEEP_COPY_S3_FORCE_PATH_STYLE: {{ .forcePathStyle | quote }}
{{- end }}
{{- with .objectLock }}
DASHKEEP_COPY_S3_OBJECT_LOCK: {{ . | quote }}
{{- end }}
{{- if .credentialsSecret.name }}
DASHKEEP_COPY_S3_CREDENTIALS_FILE: {{ include "dashkeep.secretsDir" $ }}/copy-s3/credentials
DASHKEEP_COPY_S3_CONFIG_FILE: {{ include "dashkeep.secretsDir" $ }}/copy-s3/config
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Location of the admin Secret, for the container that creates the token. */}}
{{- define "dashkeep.adminEnvironment" -}}
{{- if include "dashkeep.adminSecretMounted" . -}}
DASHKEEP_ADMIN_SECRET_DIR: {{ include "dashkeep.secretsDir" . }}/admin
{{- else -}}
DASHKEEP_ADMIN_SECRET: {{ include "dashkeep.grafanaNamespace" . }}/{{ include "dashkeep.adminSecretName" . }}
{{- end }}
{{- with .Values.grafana.adminSecret.userKey }}
DASHKEEP_ADMIN_USER_KEY: {{ . | quote }}
{{- end }}
{{- with .Values.grafana.adminSecret.passwordKey }}
DASHKEEP_ADMIN_PASSWORD_KEY: {{ . | quote }}
{{- end }}
{{- end }}

{{/*
One projected volume for all secrets, and one volume for temporary files. All secrets are optional: a missing Secret
must not keep Grafana's pod from starting. From (dict "root" . "kube" bool "admin" bool "store" bool "mapping"
string); "mapping" is the ConfigMap with a mapping file.
*/}}
{{- define "dashkeep.volumes" -}}
{{- $values := .root.Values -}}
- name: dashkeep-secrets
  projected:
    defaultMode: 0444
    sources:
      {{- if .kube }}
      - serviceAccountToken: { path: kube/token, expirationSeconds: 3600 }
      - configMap: { name: kube-root-ca.crt, optional: true, items: [{ key: ca.crt, path: kube/ca.crt }] }
      - downwardAPI: { items: [{ path: kube/namespace, fieldRef: { apiVersion: v1, fieldPath: metadata.namespace } }] }
      {{- end }}
      {{- if and .kube (include "dashkeep.tls" .root) }}
      - secret:
          name: {{ include "dashkeep.tlsSecretName" .root }}
          items:
            - { key: tls.crt, path: tls/tls.crt }
            - { key: tls.key, path: tls/tls.key }
      {{- end }}
      {{- if and .admin (include "dashkeep.adminSecretMounted" .root) }}
      {{- with $values.grafana.adminSecret }}
      {{- $keys := list "admin-user" "admin-password" "admin" "password" "GF_SECURITY_ADMIN_USER" "GF_SECURITY_ADMIN_PASSWORD" }}
      {{- if and .userKey .passwordKey }}
      {{- $keys = list .userKey .passwordKey }}
      {{- else }}
      {{- $keys = concat $keys (list .userKey .passwordKey) | compact | uniq }}
      {{- end }}
      - secret:
          name: {{ include "dashkeep.adminSecretName" $.root }}
          optional: true
          items:
            {{- range $keys }}
            - { key: {{ . }}, path: admin/{{ . }} }
            {{- end }}
      {{- end }}
      {{- end }}
      {{- if .store }}
      {{- with $values.s3.credentialsSecret }}
      {{- if .name }}
      - secret:
          name: {{ .name }}
          optional: true
          items:
            - { key: {{ .credentialsKey }}, path: s3/credentials }
            - { key: {{ .configKey }}, path: s3/config }
      {{- end }}
      {{- end }}
      {{- with $values.azure.credentialsSecret }}
      {{- if .name }}
      - secret:
          name: {{ .name }}
          optional: true
          items:
            - { key: {{ .key }}, path: azure/credentials }
      {{- end }}
      {{- end }}
      {{- with $values.gcs.credentialsSecret }}
      {{- if .name }}
      - secret:
          name: {{ .name }}
          optional: true
          items:
            - { key: {{ .key }}, path: gcs/key.json }
      {{- end }}
      {{- end }}
      {{- with $values.copy.s3.credentialsSecret }}
      {{- if and .name $values.copy.target }}
      - secret:
          name: {{ .name }}
          optional: true
          items:
            - { key: {{ .credentialsKey }}, path: copy-s3/credentials }
            - { key: {{ .configKey }}, path: copy-s3/config }
      {{- end }}
      {{- end }}
      {{- range $name, $connection := $values.connections }}
      {{- range $file, $secret := dict "token" $connection.tokenSecret "ca.crt" $connection.caSecret }}
      {{- if $secret }}
      - secret:
          name: {{ $secret.name }}
          optional: true
          items:
            - { key: {{ $secret.key | default $file }}, path: connections/{{ $name }}/{{ $file }} }
      {{- end }}
      {{- end }}
      {{- end }}
      {{- with $values.encryption.ageIdentitySecret }}
      {{- if .name }}
      - secret:
          name: {{ .name }}
          optional: true
          items:
            - { key: {{ .key }}, path: age/identity }
      {{- end }}
      {{- end }}
      {{- with $values.email.passwordSecret }}
      {{- if .name }}
      - secret:
          name: {{ .name }}
          optional: true
          items:
            - { key: {{ .key }}, path: email/password }
      {{- end }}
      {{- end }}
      {{- end }}
      {{- with .mapping }}
      - configMap: { name: {{ . }}, items: [{ key: mapping.yaml, path: mapping/mapping.yaml }] }
      {{- end }}
- name: dashkeep-tmp
  emptyDir:
    sizeLimit: {{ $values.tmpSizeLimit }}
{{- end }}

{{- define "dashkeep.volumeMounts" -}}
- { name: dashkeep-secrets, mountPath: {{ include "dashkeep.secretsDir" . }}, readOnly: true }
- { name: dashkeep-tmp, mountPath: /tmp }
{{- end }}

{{/* The running service's container, from (dict "image" string "pullPolicy" string "configMap" string "values" map "sidecar" bool). */}}
{{- define "dashkeep.serviceContainer" -}}
- name: dashkeep
  image: {{ .image | quote }}
  imagePullPolicy: {{ .pullPolicy }}
  args: [serve]
  envFrom:
    - configMapRef: { name: {{ .configMap }}, optional: true }
    {{- with .values.extraEnvFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    {{- if not .sidecar }}
    - { name: dashkeep-api, containerPort: 3210, protocol: TCP }
    {{- end }}
    - { name: dashkeep-ops, containerPort: 9464, protocol: TCP }
  livenessProbe:
    httpGet: { path: /healthz, port: dashkeep-ops }
    initialDelaySeconds: 15
    periodSeconds: 20
    timeoutSeconds: 5
    failureThreshold: 6
  {{- if not .sidecar }}
  # Without a target, the service waits until the settings page sets one. This must not delay a rollout.
  readinessProbe:
    httpGet: { path: {{ .values.target | empty | ternary "/healthz" "/readyz" }}, port: dashkeep-ops }
    periodSeconds: 10
    timeoutSeconds: 5
  {{- end }}
  {{- with .values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    {{- include "dashkeep.volumeMounts" . | nindent 4 }}
    {{- with .values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* A one-shot container, from (dict "root" . "name" string "args" list "env" list). */}}
{{- define "dashkeep.jobContainer" -}}
{{- $values := .root.Values -}}
- name: {{ .name }}
  image: {{ include "dashkeep.image" (dict "image" $values.image "global" $values.global) | quote }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  args: {{ toJson .args }}
  envFrom:
    - configMapRef: { name: {{ include "dashkeep.fullname" .root }} }
    {{- with $values.extraEnvFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with concat (.env | default list) $values.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    {{- include "dashkeep.volumeMounts" . | nindent 4 }}
    {{- with $values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* Fields of a pod of this chart besides containers and volumes, from (dict "root" . "serviceAccount" string). */}}
{{- define "dashkeep.podSettings" -}}
{{- $values := .root.Values -}}
serviceAccountName: {{ .serviceAccount }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "dashkeep.imagePullSecrets" .root }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $selector := dict "labelSelector" (dict "matchLabels" (include "dashkeep.selectorLabels" $.root | fromYaml)) }}
  - {{- merge (dict) . $selector | toYaml | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
