/** Reasons that only commands show: the app does not load them, and they exist in English only. */
export const COMMAND_REASONS = {
  'export-secrets': 'secrets are left out: {fields}',
  'export-kind': 'this format does not support it',
  'export-v2-dashboard': 'this format does not support dashboards of schema v2',
  'export-folder-flat': 'nested folders become folders at the root; this one is named “{title}” there',
  'export-folder-uid':
    'it gets a new UID, because Grafana creates this folder itself when it provisions the alert rules in it',
  'export-description': 'without its description',
  'export-pinned': 'provisioning pins it to the menu',
  'export-fields': 'without these fields: {fields}',
  'export-uid': 'this format does not accept the UID {uid}',
} as const;
