import type { IconName } from '@grafana/data';

/** The answer to "is everything safe?" and how it looks. */
export interface Verdict {
  tone: 'success' | 'warning' | 'error' | 'info';
  /** Instead of that of its tone. */
  icon?: IconName;
  title: string;
  text: string;
}

export const TONE_ICONS: Record<Verdict['tone'], IconName> = {
  success: 'check-circle',
  warning: 'exclamation-triangle',
  error: 'exclamation-circle',
  info: 'info-circle',
};
