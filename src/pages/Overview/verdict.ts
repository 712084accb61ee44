import type { IconName } from '@grafana/data';

/** The answer to "is everything safe?" and how it looks. */
export interface Verdict {
  tone: 'success' | 'warning' | 'error' | 'info';
  icon: IconName;
  title: string;
  text: string;
}
