{{/* The alerts, as groups of a rules file. */}}
{{- define "dashkeep.alertGroups" -}}
groups:
  - name: dashkeep
    rules:
      {{- if eq .Values.mode "cronjob" }}
      {{- include "dashkeep.cronjobAlerts" . | nindent 6 }}
      {{- else }}
      {{- include "dashkeep.serviceAlerts" . | nindent 6 }}
      {{- end }}
{{- end }}

{{/* One alert, from (dict "root" . "name" "expr" "for" "severity" "summary" "description" "runbook"). */}}
{{- define "dashkeep.alert" -}}
- alert: {{ .name }}
  expr: {{ .expr | quote }}
  for: {{ .for }}
  labels:
    severity: {{ .severity }}
    {{- with .root.Values.metrics.prometheusRule.alertLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    summary: {{ .summary | quote }}
    description: {{ .description | quote }}
    runbook_url: {{ .root.Values.metrics.prometheusRule.runbookBaseUrl }}/{{ .runbook }}.md
{{- end }}

{{/* Status of the last run, as reported by the leading replica: a former leader reports an older run. */}}
{{- define "dashkeep.lastRun" -}}
max by (cluster, namespace, job) (dashkeep_last_run_status{kind={{ quote .kind }}, status={{ quote .status }}} and on (cluster, namespace, job, instance) dashkeep_leader == 1) == 1
{{- end }}

{{- define "dashkeep.serviceAlerts" -}}
{{- $late := "time() - max by (cluster, namespace, job) (dashkeep_last_success_timestamp_seconds) > 2 * max by (cluster, namespace, job) (dashkeep_schedule_interval_seconds)" -}}
{{- $token := "max by (cluster, namespace, job) (dashkeep_token_valid) == 0" -}}
{{- $tokenEnds := "max by (cluster, namespace, job) (dashkeep_token_expiry_timestamp_seconds) - time() < 3 * 86400" -}}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupLate" "runbook" "late" "severity" "critical" "for" "15m"
  "expr" $late
  "summary" "No complete backup of Grafana for more than two intervals"
  "description" "The last complete snapshot is older than twice the schedule's interval.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupLate" "runbook" "late" "severity" "critical"
  "for" (printf "%ds" (int .Values.metrics.prometheusRule.lateAfterSeconds))
  "expr" (printf "absent(dashkeep_last_success_timestamp_seconds{namespace=%q})" .Release.Namespace)
  "summary" "No backup of Grafana at all"
  "description" "There is no complete snapshot yet, or the service reports no metrics.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupPartial" "runbook" "partial" "severity" "warning" "for" "15m"
  "expr" (include "dashkeep.lastRun" (dict "kind" "backup" "status" "partial"))
  "summary" "The last backup of Grafana is incomplete"
  "description" "Some resources could not be read. The run record lists them with the reason.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupShrunk" "runbook" "shrunk" "severity" "critical" "for" "0m"
  "expr" "max by (cluster, namespace, job) (dashkeep_backup_shrunk) == 1"
  "summary" "Much of Grafana is missing from the last backup"
  "description" "The newest snapshot is much smaller than the last full one. Restore the full one, or accept the loss.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepMassChange" "runbook" "mass-change" "severity" "critical" "for" "0m"
  "expr" "max by (cluster, namespace, job) (dashkeep_backup_mass_change) == 1"
  "summary" "Unusually many resources of Grafana were deleted or changed"
  "description" "The previous snapshot is on hold, and retention is paused. Restore the lost resources, or accept the change.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupFailed" "runbook" "failed" "severity" "warning" "for" "5m"
  "expr" (include "dashkeep.lastRun" (dict "kind" "backup" "status" "failed"))
  "summary" "The last backup of Grafana failed"
  "description" "The last run published no snapshot. Its record in the history shows the reason.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepToken" "runbook" "token" "severity" "warning" "for" "15m"
  "expr" (printf "%s or %s" $token $tokenEnds)
  "summary" "Grafana rejects Dashkeep's token, or the token expires within three days"
  "description" "If you set GRAFANA_API_TOKEN yourself, create a new token and set it there. Otherwise, the service could not renew its token. The most common cause is that the admin Secret no longer contains Grafana's password.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepVerify" "runbook" "verify" "severity" "critical" "for" "5m"
  "expr" "min by (cluster, namespace, job) (dashkeep_verify_success) == 0"
  "summary" "The Dashkeep repository has damaged or missing objects, or could not be verified"
  "description" "If dashkeep_last_run_problems{kind=\"verify\"} is 0, the verification could not finish: its run in the history shows the reason. Otherwise, objects are missing or don't match their hash: run `dashkeep verify` to list the resources.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepRepositoryChanged" "runbook" "repository" "severity" "critical" "for" "0m"
  "expr" "max by (cluster, namespace, job, code) (dashkeep_repository_finding) == 1"
  "summary" "Someone changed the Dashkeep repository"
  "description" "The repository was replaced or emptied, or its signatures or newest snapshot are missing. The label \"code\" identifies the change.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepCopyFailed" "runbook" "copy-failed" "severity" "warning" "for" "1h"
  "expr" (include "dashkeep.lastRun" (dict "kind" "copy" "status" "failed"))
  "summary" "The last copy of Grafana's backups to the second target failed"
  "description" "The second target does not get the newest backups, or its content has problems. The record of the run shows the reason. Backups to the first target continue.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepCopyOverdue" "runbook" "copy-overdue" "severity" "warning" "for" "15m"
  "expr" "max by (cluster, namespace, job) (dashkeep_copy_overdue and on (cluster, namespace, job, instance) dashkeep_leader == 1) == 1"
  "summary" "The second target lacks the newest backups of Grafana"
  "description" "For more than two intervals, no copy to the second target has succeeded.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepNotReady" "runbook" "readiness" "severity" "warning" "for" "15m"
  "expr" "max by (cluster, namespace, job, line) (dashkeep_readiness{line!~\"backup|signatures|verification|second-copy\"}) == 2"
  "summary" "A recovery of Grafana from Dashkeep's backups would fail or lose something"
  "description" "The label \"line\" identifies the problem. The Readiness page and `dashkeep readiness` show the evidence and advice.") }}
{{- end }}

{{/* True if the newest finished Job failed, from (dict "namespace" "jobs" a regular expression). Finished Jobs are kept for a while, so the failure of an older Job is not enough. */}}
{{- define "dashkeep.newestJobFailed" -}}
{{- $jobs := printf "namespace=%q, job_name=~%q" .namespace .jobs -}}
{{- $started := printf "kube_job_status_start_time{%s}" $jobs -}}
max by (cluster, namespace) ({{ $started }} and on (cluster, namespace, job_name) kube_job_failed{ {{- $jobs }}, condition="true"} == 1) > (max by (cluster, namespace) ({{ $started }} and on (cluster, namespace, job_name) kube_job_complete{ {{- $jobs }}, condition="true"} == 1) or max by (cluster, namespace) (0 * {{ $started }}))
{{- end }}

{{- define "dashkeep.cronjobAlerts" -}}
{{- $name := include "dashkeep.fullname" . -}}
{{- $namespace := .Release.Namespace -}}
{{- $success := printf "kube_cronjob_status_last_successful_time{namespace=%q, cronjob=%q}" $namespace $name -}}
{{- $created := printf "kube_cronjob_created{namespace=%q, cronjob=%q}" $namespace $name -}}
{{- $late := int .Values.metrics.prometheusRule.lateAfterSeconds -}}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupLate" "runbook" "late" "severity" "critical" "for" "15m"
  "expr" (printf "time() - (max by (cluster, namespace) (%s) or max by (cluster, namespace) (%s)) > %d" $success $created $late)
  "summary" "No complete backup of Grafana for too long"
  "description" "The CronJob has not succeeded for longer than metrics.prometheusRule.lateAfterSeconds. A partial backup does not count as success.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepBackupFailed" "runbook" "failed" "severity" "warning" "for" "5m"
  "expr" (include "dashkeep.newestJobFailed" (dict "namespace" $namespace "jobs" (printf "%s-[0-9]+" $name)))
  "summary" "The newest backup of Grafana failed or was partial, even after its retries"
  "description" "The logs of the newest Job of the CronJob show the reason.") }}
{{ include "dashkeep.alert" (dict "root" . "name" "DashkeepToken" "runbook" "token" "severity" "warning" "for" "15m"
  "expr" (include "dashkeep.newestJobFailed" (dict "namespace" $namespace "jobs" (printf "%s-bootstrap-.+" $name)))
  "summary" "Dashkeep could not create or renew its Grafana token"
  "description" "The logs of the newest bootstrap Job show the reason. The most common cause is that the admin Secret no longer contains Grafana's password.") }}
{{- end }}
