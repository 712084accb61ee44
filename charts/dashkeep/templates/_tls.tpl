{{/* TLS between Grafana and the service, in `deployment` mode: in the other modes, only metrics listen on the network. */}}

{{- define "dashkeep.tls" -}}
{{- if and (eq .Values.mode "deployment") .Values.tls.enabled }}true{{ end -}}
{{- end }}

{{- define "dashkeep.tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "dashkeep.fullname" .)) -}}
{{- end }}

{{/* Source of the CA certificate for Grafana: a ConfigMap with this name in Grafana's namespace, or the Secret itself. */}}
{{- define "dashkeep.authorityName" -}}
{{- printf "%s-ca" (include "dashkeep.fullname" .) -}}
{{- end }}

{{- define "dashkeep.host" -}}
{{- printf "%s.%s.svc" (include "dashkeep.fullname" .) .Release.Namespace -}}
{{- end }}

{{/* The host names in the certificate, as a JSON list. */}}
{{- define "dashkeep.tlsNames" -}}
{{- $host := include "dashkeep.host" . -}}
{{- list $host (printf "%s.cluster.local" $host) (printf "%s.%s" (include "dashkeep.fullname" .) .Release.Namespace) | toJson -}}
{{- end }}

{{/*
Values for the official Grafana chart that make Grafana's process trust the CA. A plugin's route has no setting for
this. Go reads all files in SSL_CERT_DIR once, when the process starts.
*/}}
{{- define "dashkeep.overlayAuthority" -}}
env:
  SSL_CERT_DIR: /etc/ssl/certs:/etc/dashkeep/ca
extraSecretMounts:
  - name: dashkeep-ca
    mountPath: /etc/dashkeep/ca
    readOnly: true
    projected:
      defaultMode: 0444
      sources:
        {{- if or (eq .Values.tls.source "chart") (ne (include "dashkeep.grafanaNamespace" .) .Release.Namespace) }}
        - configMap: { name: {{ include "dashkeep.authorityName" . }}, optional: true, items: [{ key: ca.crt, path: dashkeep-ca.crt }] }
        {{- else }}
        - secret: { name: {{ include "dashkeep.tlsSecretName" . }}, optional: true, items: [{ key: ca.crt, path: dashkeep-ca.crt }] }
        {{- end }}
{{- end }}
