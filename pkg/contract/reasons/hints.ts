import type { Text } from '../texts.ts';

/** What to do about the result of a check. */
export const HINT_REASONS = {
  'give-admin-role': 'Give the service account the Admin role, or a custom role with these actions.',
  'token-made-soon': 'A running service creates another one within a minute. This command creates one now: {command}',
  'org-token-soon': 'The service creates this token within minutes. Then check again.',
  'check-membership': 'Check that the admin is a member of that organization.',
  'change-api-token': 'Change {name} regularly, or remove it, so that the service creates and replaces its tokens.',
  'include-org': {
    cli: 'Set DASHKEEP_ORGS=all for the service (config.DASHKEEP_ORGS in the values of the chart). To exclude this organization on purpose, list the IDs of the other organizations there.',
    page: 'Ask the administrator of the service to include it, or to exclude it on purpose.',
  },
  'one-service-for-app':
    'Both services create backups, but the app connects to only one. To connect it to this service, stop the other service, or remove the other service’s address from the app’s settings.',
  'delete-account':
    'Delete the account if nothing uses it. If you also delete the one in use, the service creates another with the usual name.',
  'verify-again': 'The repository has changed since then. Verify it again.',
  'add-rule': 'Add this to the Role: {rule}',
  'set-tls': {
    cli: 'Set tls.enabled=true in the chart, or DASHKEEP_TLS_CERT_FILE and DASHKEEP_TLS_KEY_FILE.',
    page: 'Enable TLS in the values of the chart, or give the service a certificate.',
  },
  'renew-certificate': 'Renew the certificate.',
  'set-image-digest': 'Set image.digest in the values of the chart.',
  'set-network-policy': 'Set networkPolicy.enabled in the values of the chart, or create your own policy.',

  'grant-permission': 'Grant {permission}.',
  'grant-listing': 'Grant {permission} on the bucket.',
  'set-clock':
    'If the clocks differ by more than five minutes, Dashkeep creates no backups and prunes nothing. Synchronize both with NTP.',
  'whole-objects': 'Dashkeep reads whole objects only.',
  'conditional-unneeded': 'Nothing depends on conditional writes. Your snapshots are safe.',
  'versions-expire':
    'Pruned objects remain as noncurrent versions until a lifecycle rule (NoncurrentVersionExpiration) removes them.',
  'remove-expiration':
    'Snapshots need old objects. Limit the rule to noncurrent versions, or remove its expiration or transition.',
  'create-locked-bucket': {
    cli: 'Create a bucket with object lock (Azure: version-level immutability; Google Cloud: object retention and versioning), or unset DASHKEEP_S3_OBJECT_LOCK.',
    page: 'Create a bucket with object lock (Azure: version-level immutability; Google Cloud: object retention and versioning), or turn object lock off.',
  },
  'prune-denied': 'Backups work, but nothing can be pruned with this key. The objects of this check remain in probe/.',

  'aws-denied': 'Attach a policy with the necessary permissions to the user or role. This command prints it: {command}',
  'aws-no-bucket':
    'Check the bucket name. Names are global, and requests for a bucket of another account return “denied”.',
  'scaleway-denied': 'Set the bucket’s project as the default project of the API key, and check the bucket policy.',
  'scaleway-no-bucket': 'The region of the endpoint must be that of the bucket: s3.<region>.scw.cloud.',
  'r2-denied': 'The API token needs “Object Read & Write” for this bucket.',
  'r2-credentials':
    'Use the access key ID and secret that R2 shows beside the token, not the token itself. The region is auto.',
  'b2-credentials': 'The master key does not work with S3. Create an application key.',
  'b2-denied':
    'The application key needs listFiles, readFiles, writeFiles and deleteFiles, and a matching name prefix.',
  'b2-conditional': 'B2 refuses conditional writes. Nothing depends on them.',
  'gcs-credentials':
    'Use an HMAC key of a service account, not its JSON key. Create it under Settings, Interoperability.',
  'gcs-conditional': 'Google’s S3 interface has no conditional writes. Nothing depends on them.',
  'azure-denied':
    'Assign the role Storage Blob Data Contributor on the container, or use a SAS token with the permissions racwdl. If the account has a firewall, allow this network.',
  'azure-credentials':
    'Check that the key or SAS token belongs to this storage account and has not expired. For workload identity, check the pod’s label and its ServiceAccount’s annotation.',
  'azure-no-container': 'Create the container in this storage account, or correct its name in the target.',
  'azure-unreachable': 'Check the name of the storage account, its firewall and the network.',
  'google-denied':
    'Grant the service account Storage Object User on the bucket and, to check its configuration, Storage Legacy Bucket Reader.',
  'google-credentials':
    'Set a key of a service account, or check the annotation of the ServiceAccount for workload identity.',
  'minio-denied': 'Give the user a policy that allows s3:ListBucket on the bucket and s3:*Object on its content.',
  'minio-credentials': 'Create a service account with its own keys for Dashkeep: {command}',
  'ceph-denied':
    'The bucket must belong to the user of the key, or have a policy for it. Check it with this command: {command}',
  'garage-denied': 'Run this command: {command}',
  'garage-region': 'The region must match Garage’s configuration. It is “garage” unless you changed it.',
  'garage-conditional': 'Garage ignores the condition. Nothing depends on it.',

  'profile-keyless': 'Profile {profile} has no key, so the access key from the environment is used.',
  'environment-key-unused':
    'The access key from the environment is not used: {chosenBy} chose profile {profile}, which has a key.',
  'endpoint-ignored': 'The endpoint from {source} is not used, because {setting} is on.',
  'endpoint-not-indented':
    'In {source}, endpoint_url is not indented below “s3 =”. Dashkeep uses it anyway, but AWS tools do not see it. Indent it.',
  'endpoint-other-region':
    'The endpoint belongs to region {endpointRegion} (from {source}), but the region is {region} (from {regionSource}). Signatures will not match.',
  'endpoint-with-bucket': 'The endpoint from {source} starts with the bucket name, which belongs only in the target.',
  'endpoint-unencrypted': 'The endpoint from {source} is not encrypted (http://).',
} as const satisfies Record<string, Text>;
