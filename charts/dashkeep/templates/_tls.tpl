{{/* TLS between Grafana and the service, in `deployment` mode: in the other modes nothing listens on the network but metrics. */}}

{{- define "dashkeep.tls" -}}
{{- if and (eq .Values.mode "deployment") .Values.tls.enabled }}true{{ end -}}
{{- end }}

{{- define "dashkeep.tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "dashkeep.fullname" .)) -}}
{{- end }}

{{/* Where Grafana finds the authority's certificate: a ConfigMap of that name in its namespace, or the Secret itself. */}}
{{- define "dashkeep.authorityName" -}}
{{- printf "%s-ca" (include "dashkeep.fullname" .) -}}
{{- end }}

{{- define "dashkeep.host" -}}
{{- printf "%s.%s.svc" (include "dashkeep.fullname" .) .Release.Namespace -}}
{{- end }}

{{/* The names that the certificate is for, as a JSON list. */}}
{{- define "dashkeep.tlsNames" -}}
{{- $host := include "dashkeep.host" . -}}
{{- list $host (printf "%s.cluster.local" $host) (printf "%s.%s" (include "dashkeep.fullname" .) .Release.Namespace) | toJson -}}
{{- end }}

{{/*
Values for the official Grafana chart, so that Grafana's process trusts the authority. A plugin's route has no setting for
that; Go reads every file below SSL_CERT_DIR, once at the start.
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
