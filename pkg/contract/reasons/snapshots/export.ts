/** What an export cannot hold of a resource. */
export const EXPORT_REASONS = {
  'export-secrets': 'secrets are left out: {fields}',
} as const;
