/** What is wrong with a file of the repository. */
export const REPOSITORY_REASONS = {
  'config-damaged': '{key} is damaged: it is not JSON',
  'config-foreign': '{key} is not what Dashkeep writes there',
} as const;
