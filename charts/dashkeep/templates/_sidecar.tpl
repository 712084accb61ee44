{{/*
The sidecar as text for the Grafana chart's `extraContainers`. In an umbrella chart, it is rendered in the context of the
Grafana sub-chart: only .Release and .Values.global are shared, and all other settings come from the ConfigMap.
*/}}
{{- define "dashkeep.sidecar" -}}
{{- $global := ((.Values).global).dashkeep | default dict -}}
{{- if $global.enabled -}}
{{- include "dashkeep.sidecarVolumesGuard" . -}}
{{- $image := merge (dict) ($global.image | default dict) (dict "registry" "ghcr.io" "repository" "dashkeep/dashkeep") -}}
{{- $values := include "dashkeep.sidecarDefaults" . | fromYaml -}}
{{- with $global.resources }}{{ $_ := set $values "resources" . }}{{ end -}}
{{- include "dashkeep.serviceContainer" (dict
  "image" (include "dashkeep.image" (dict "image" $image "global" .Values.global))
  "pullPolicy" ($image.pullPolicy | default "IfNotPresent")
  "configMap" (include "dashkeep.sharedName" .)
  "values" $values
  "sidecar" true) }}
{{- end -}}
{{- end }}

{{/* Defaults of an injected sidecar. A test checks that they are the same as in values.yaml. */}}
{{- define "dashkeep.sidecarDefaults" -}}
resources:
  requests: { cpu: 20m, memory: 96Mi }
  limits: { memory: 512Mi }
securityContext:
  runAsNonRoot: true
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/*
Helm replaces lists: if a later values file sets extraContainerVolumes, Dashkeep's volumes are lost, and the API server
would reject the pod because of a volumeMount without a volume. This check fails before anything is applied.
*/}}
{{- define "dashkeep.sidecarVolumesGuard" -}}
{{- $names := list -}}
{{- range (.Values.extraContainerVolumes | default list) }}{{ $names = append $names .name }}{{ end -}}
{{- range list "dashkeep-secrets" "dashkeep-tmp" -}}
{{- if not (has . $names) -}}
{{- fail (printf "\n\nDashkeep: the sidecar needs the volume %q in the Grafana chart's extraContainerVolumes, which has [%s].\nHelm replaces lists instead of merging them: copy the volumes of examples/umbrella/values.yaml into the last values file that sets extraContainerVolumes, or set global.dashkeep.enabled=false.\n" . (join ", " $names)) -}}
{{- end -}}
{{- end -}}
{{- end }}
