import type { Text } from '../../texts.ts';

/** What to do about an error of the target. */
export const STORAGE_ADVICE = {
  'name-hosts':
    'Enter hosts (s3.example.com), domains (*.example.com), addresses and networks (10.0.0.0/8), without scheme or port.',
  'set-target':
    'Specify the target as s3://bucket/prefix, azblob://container/prefix, gs://bucket/prefix or file:///directory.',
  'use-allowed-directory': {
    cli: 'Use a directory listed in DASHKEEP_FILE_ROOTS or a subdirectory of one, or add this one to the list, separated by a colon.',
    page: 'Use a directory that the deployment allows, or ask the administrator of the service to allow this one.',
  },
  'replace-link': 'Replace the link with the directory it points to, or mount that directory there.',
  'allow-directory': 'Allow Dashkeep’s user to read and write the directory.',
  'mount-writable': 'Mount the directory as writable.',
  'mount-directory':
    'The directory, or part of it, no longer exists. If it is on a volume, check that the volume is mounted.',
  'free-target-space': 'The disk is full. Free up space, or use a larger volume. Existing snapshots are not affected.',
  'room-for-prune':
    'To prune, Dashkeep needs 1 MiB of free space. Delete or move other files on this disk, or enlarge the disk, then retry. Do not delete repository files.',
  'distrust-lists': 'The target’s listings are unreliable, so Dashkeep does not use them.',
  'restore-from-cold-storage': 'The object was moved to cold storage. Restore it there first.',
  'make-room': 'The target is full. Make room, or raise the quota.',
  'wait-for-target': 'The target is overloaded. Retry later.',
  'grant-kms': 'Grant {permission} on the bucket’s KMS key.',
  'grant-reading':
    'Grant s3:GetObject, and s3:ListBucket on the bucket. Without s3:ListBucket, S3 also reports missing objects as “denied”.',
  'grant-to-key': 'Grant {permission} to the key in use.',
  'grant-or-pass-proxy':
    'If a proxy is in front of the endpoint, configure it to forward the requests. Otherwise, check the secret key, and grant {permission} to the access key.',
  'correct-certificate-name': {
    cli: 'The certificate is for another name. Correct the endpoint, or set DASHKEEP_S3_FORCE_PATH_STYLE=true.',
    page: 'The certificate is for another name. Correct the endpoint, or choose another addressing style.',
  },
  'set-certificate-authority': {
    cli: 'Set DASHKEEP_S3_CA_FILE to a file with the certificate of the endpoint’s certificate authority.',
    page: 'Give the service the certificate of the endpoint’s certificate authority.',
  },
  'renew-server-certificate': 'Renew the certificate of the server. If it is valid, correct the clock of this machine.',
  'enable-tls': 'Enable TLS 1.2 or later on the server.',
  'allow-without-certificate':
    'Dashkeep has no client certificate. Configure the server to accept connections without one and to support common TLS ciphers.',
  'use-http-endpoint': 'Use http:// in the endpoint, or correct its port.',
  'check-endpoint-scheme':
    'Check the network connection to the target. If the endpoint starts with http://, its port may expect https://. If it starts with https://, it may require a client certificate, and Dashkeep has none.',
  'correct-endpoint-name': {
    cli: 'Correct the endpoint. If only the host name that starts with the bucket name cannot be resolved, set DASHKEEP_S3_FORCE_PATH_STYLE=true.',
    page: 'Correct the endpoint. If only the host name that starts with the bucket name cannot be resolved, choose another addressing style.',
  },
  'retry-or-check-endpoint':
    'Retry. If it fails again, check that the endpoint is an S3 service, without a proxy in between.',
  'check-endpoint':
    'The response is not from S3. Check that the endpoint is an S3 service, without a proxy in between.',
  'check-cloud-endpoint':
    'The response is not from the storage service. Check the endpoint, and whether a proxy is in between.',
  'correct-cloud-endpoint': 'Correct the name of the storage account or the endpoint, or check the name server.',
  'trust-endpoint': {
    cli: 'Correct the endpoint, or set NODE_EXTRA_CA_CERTS to a file with the certificate of its certificate authority.',
    page: 'Correct the endpoint, or give the service the certificate of its certificate authority.',
  },
  'set-azure-account': {
    cli: 'Set AZURE_STORAGE_ACCOUNT to the name of the storage account, or AZURE_STORAGE_CONNECTION_STRING.',
    page: 'Set the storage account in the deployment (azure.account in the values of the chart).',
  },
  'copy-connection-string':
    'Copy it from “Access keys” in the storage account. In a shell, quote it, because it contains semicolons.',
  'copy-google-key':
    'Use the JSON file of a service account key, or the configuration file of a workload identity pool.',
} as const satisfies Record<string, Text>;
