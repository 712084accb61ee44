import type { Settings } from '../../../pkg/contract/api/settings.ts';

export interface SectionProps {
  settings: Settings;
}
