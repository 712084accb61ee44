{{/* Values that contradict each other, which the schema cannot detect. Each error gives the solution. */}}
{{- define "dashkeep.guards" -}}
{{- $mode := .Values.mode -}}
{{- if and (eq $mode "sidecar") (ne (include "dashkeep.grafanaNamespace" .) .Release.Namespace) -}}
{{- fail (printf "\n\nDashkeep: mode=sidecar runs in Grafana's pod, so install it into Grafana's namespace: use `-n %s`, or mode=deployment.\n" .Values.grafana.namespace) -}}
{{- end -}}
{{- if and (include "dashkeep.umbrella" .) (ne $mode "sidecar") -}}
{{- fail (printf "\n\nDashkeep: global.dashkeep.enabled puts a sidecar into Grafana's pod, which contradicts mode=%s. Set only one of them.\n" $mode) -}}
{{- end -}}
{{- if and (include "dashkeep.umbrella" .) .Values.fullnameOverride (ne .Values.fullnameOverride (include "dashkeep.sharedName" .)) -}}
{{- fail "\n\nDashkeep: in an umbrella chart, set global.dashkeep.fullnameOverride instead of fullnameOverride, so that the sidecar finds its ConfigMap.\n" -}}
{{- end -}}
{{- if and .Values.upgradeGuard.enabled (or (eq $mode "sidecar") (not .Values.target)) -}}
{{- fail "\n\nDashkeep: upgradeGuard.enabled backs up in a separate pod: set target, and mode=deployment or mode=cronjob.\n" -}}
{{- end -}}
{{- if and .Values.promotions (or (eq $mode "sidecar") (not .Values.target)) -}}
{{- fail "\n\nDashkeep: promotions run in separate pods: set target, and mode=deployment or mode=cronjob.\n" -}}
{{- end -}}
{{- range $name, $promotion := .Values.promotions -}}
{{- if not (hasKey $.Values.connections $promotion.to) -}}
{{- fail (printf "\n\nDashkeep: promotions.%s.to=%s is not the name of a Grafana in connections. Add it there.\n" $name $promotion.to) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $mode "cronjob") (not .Values.target) -}}
{{- fail "\n\nDashkeep: mode=cronjob has no settings page: set target, for example target=s3://my-bucket/grafana.\n" -}}
{{- end -}}
{{- if and (hasPrefix "file://" .Values.target) (ne $mode "sidecar") (not .Values.extraVolumeMounts) -}}
{{- fail (printf "\n\nDashkeep: target=%s needs a volume at that path: set extraVolumes and extraVolumeMounts.\n" .Values.target) -}}
{{- end -}}
{{- if and .Values.copy.target (eq $mode "cronjob") -}}
{{- fail "\n\nDashkeep: mode=cronjob creates no second copy: set mode=sidecar or mode=deployment, or run `dashkeep copy` in your own CronJob (extraManifests).\n" -}}
{{- end -}}
{{- if and .Values.copy.target (eq (trimSuffix "/" .Values.copy.target) (trimSuffix "/" .Values.target)) (eq .Values.copy.s3.endpoint .Values.s3.endpoint) -}}
{{- fail (printf "\n\nDashkeep: copy.target=%s is the same as the first target. Copy to another bucket, preferably from another provider.\n" .Values.copy.target) -}}
{{- end -}}
{{- if and (hasPrefix "file://" .Values.copy.target) (ne $mode "sidecar") (not .Values.extraVolumeMounts) -}}
{{- fail (printf "\n\nDashkeep: copy.target=%s needs a volume at that path: set extraVolumes and extraVolumeMounts.\n" .Values.copy.target) -}}
{{- end -}}
{{- range $other := list (include "dashkeep.adminSecretName" .) .Values.s3.credentialsSecret.name .Values.azure.credentialsSecret.name .Values.gcs.credentialsSecret.name .Values.copy.s3.credentialsSecret.name .Values.encryption.ageIdentitySecret.name .Values.email.passwordSecret.name -}}
{{- if eq $other $.Values.tokenSecret.name -}}
{{- fail (printf "\n\nDashkeep: tokenSecret.name=%s is already the name of another Secret in these values. The service writes to its token Secret, so use a separate one.\n" $other) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "GRAFANA_API_TOKEN" "GRAFANA_ADMIN_PASSWORD" "DASHKEEP_API_TOKEN" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN" "AZURE_STORAGE_CONNECTION_STRING" "AZURE_STORAGE_KEY" "AZURE_STORAGE_SAS_TOKEN" "AZURE_CLIENT_SECRET" "DASHKEEP_GCS_KEY" "DASHKEEP_COPY_S3_SECRET_ACCESS_KEY" "DASHKEEP_COPY_S3_SESSION_TOKEN" "DASHKEEP_AGE_IDENTITY" "DASHKEEP_SMTP_PASSWORD" -}}
{{- if hasKey $.Values.config $name -}}
{{- fail (printf "\n\nDashkeep: config.%s would be readable in a ConfigMap. Put it into a Secret, and reference that in extraEnv with valueFrom.secretKeyRef.\n" $name) -}}
{{- end -}}
{{- end -}}
{{- $environment := include "dashkeep.environment" . -}}
{{- range $name, $_ := .Values.config -}}
{{- if gt (len (regexFindAll (printf "(?m)^%s:" $name) $environment -1)) 1 -}}
{{- fail (printf "\n\nDashkeep: config.%s is already set by another value of this chart. Change that value instead.\n" $name) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $mode "cronjob") (eq .Values.schedule "off") -}}
{{- fail "\n\nDashkeep: schedule=off turns off the schedule of the service. In mode=cronjob, set cronjob.suspend=true instead.\n" -}}
{{- end -}}
{{- if and .Values.email.host (not .Values.email.from) -}}
{{- fail "\n\nDashkeep: email.host needs email.from, the address of the sender.\n" -}}
{{- end -}}
{{- if and .Values.email.passwordSecret.name (not .Values.email.host) -}}
{{- fail "\n\nDashkeep: email.passwordSecret.name needs email.host, the server that the password is for.\n" -}}
{{- end -}}
{{- if and (include "dashkeep.tls" .) (eq .Values.tls.source "certManager") (not .Values.tls.certManager.issuerRef.name) -}}
{{- fail "\n\nDashkeep: tls.source=certManager needs tls.certManager.issuerRef.name, the Issuer or ClusterIssuer that signs the certificate.\n" -}}
{{- end -}}
{{- if and (include "dashkeep.tls" .) (eq .Values.tls.source "secret") (not .Values.tls.secretName) -}}
{{- fail "\n\nDashkeep: tls.source=secret needs tls.secretName, a Secret with tls.crt, tls.key and ca.crt.\n" -}}
{{- end -}}
{{- if and .Values.deployment.podDisruptionBudget.enabled (lt (int .Values.deployment.replicas) 2) -}}
{{- fail "\n\nDashkeep: deployment.podDisruptionBudget needs deployment.replicas of at least 2.\n" -}}
{{- end -}}
{{- end }}
