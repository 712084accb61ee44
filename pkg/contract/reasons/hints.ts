/** What to do about the result of a check. */
export const HINT_REASONS = {
  'give-admin-role': 'Give the service account the Admin role, or a custom role with these actions.',
  'token-made-soon':
    'A running service makes another one with the admin credentials within a minute; `{command}` makes one now.',
  'check-membership': 'Check that the admin is a member of that organization.',
  'change-api-token':
    'Change it regularly. Or remove {name}: the service then makes tokens, and replaces them if it can configure the app.',
  'include-org':
    'Set DASHKEEP_ORGS=all for the service (config.DASHKEEP_ORGS in the values of the chart). To leave it out on purpose, list the IDs of the others there.',
  'one-service-for-app':
    'Both services make backups, but only one can have the app. To change which, stop the other service, or remove its address from the settings of the app.',
  'delete-account':
    'Delete the account if nothing uses it. If you also delete the one that is used instead, the service creates one with the usual name.',
  'add-rule': 'Add to the Role: {rule}',
  'set-tls': 'Set tls.enabled=true in the chart, or DASHKEEP_TLS_CERT_FILE and DASHKEEP_TLS_KEY_FILE.',
  'renew-certificate': 'Renew it, see docs/install/deployment.md.',
  'set-image-digest': 'Set image.digest, see docs/install/images.md.',
  'set-network-policy': 'Set networkPolicy.enabled=true, or create your own.',

  'grant-permission': 'Grant {permission}.',
  'grant-listing': 'Grant s3:ListBucket on the bucket.',
  'set-clock': 'Above five minutes, there are no backups, and nothing is pruned. Set this machine’s clock with NTP.',
  'whole-objects': 'Dashkeep reads whole objects only.',
  'conditional-unneeded': 'Nothing depends on them. Snapshots are safe anyway.',
  'versions-expire':
    'Pruned objects stay as noncurrent versions until a lifecycle rule (NoncurrentVersionExpiration) removes them.',
  'remove-expiration':
    'Snapshots need old objects. Remove the expiration from the rule, or limit it to noncurrent versions.',
  'create-locked-bucket': 'Create a bucket with object lock, or unset DASHKEEP_S3_OBJECT_LOCK.',
  'prune-denied':
    'Backups work, but nothing can be pruned with this key, and the objects of this check stay in probe/.',

  'aws-denied': 'Attach the policy that `{command}` prints to the user or role.',
  'aws-no-bucket': 'Check the bucket’s name; names are global, and another account’s bucket answers "denied" instead.',
  'scaleway-denied':
    'A key works in its default project only: make the bucket’s project the default one of the API key, and check the bucket policy.',
  'scaleway-no-bucket': 'The bucket is looked for in the region of the endpoint: compare s3.<region>.scw.cloud.',
  'r2-denied': 'The API token needs "Object Read & Write" for this bucket.',
  'r2-credentials':
    'Use the access key id and secret that R2 shows beside the token, not the token itself; the region is auto.',
  'b2-credentials': 'The master key does not work with S3: make an application key.',
  'b2-denied':
    'The application key needs listFiles, readFiles, writeFiles and deleteFiles, and a name prefix that fits.',
  'b2-conditional': 'B2 refuses conditional puts. Nothing depends on them.',
  'gcs-credentials': 'Use an HMAC key of a service account (Settings, Interoperability), not its JSON key.',
  'gcs-conditional': 'Google’s S3 interface has no conditions by ETag. Nothing depends on them.',
  'minio-denied': 'Attach a policy with s3:ListBucket on the bucket and s3:*Object on its content to the user.',
  'minio-credentials': 'Root user and service account keys differ; with `{command}` make one for Dashkeep.',
  'ceph-denied': 'Check `{command}`: the bucket must belong to the user of the key, or have a policy for it.',
  'garage-denied': 'Run `{command}`.',
  'garage-region': 'The region must be the s3_region of garage.toml, which is "garage" unless changed.',
  'garage-conditional': 'Garage ignores the condition. Nothing depends on it.',

  'profile-keyless': 'profile {profile} holds no key, so the one in AWS_ACCESS_KEY_ID is used',
  'environment-key-unused': 'AWS_ACCESS_KEY_ID is not used: {chosenBy} chose profile {profile}, which has a key',
  'endpoint-ignored': 'the endpoint of {source} is not used: AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says so',
  'endpoint-not-indented':
    '{source}: the spaces before endpoint_url were lost, so AWS tools do not see it; it is used all the same. Write it indented below "s3 =".',
  'endpoint-other-region':
    'the endpoint is that of region {endpointRegion} (from {source}), the region is {region} (from {regionSource}): signatures will not match',
  'endpoint-with-bucket': "the endpoint of {source} starts with the bucket's name, which belongs only in the target",
  'endpoint-unencrypted': 'the endpoint of {source} is not encrypted (http://)',
} as const;
