const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';

/** The rights that calls need, as Azure's roles name them. */
export const PERMISSIONS = {
  read: `${BLOBS}/read`,
  write: `${BLOBS}/write`,
  remove: `${BLOBS}/delete`,
  hold: `${BLOBS}/immutableStorage/runAsSuperUser/action`,
  container: 'Microsoft.Storage/storageAccounts/blobServices/containers/read',
} as const;
