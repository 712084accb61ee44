import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { SettingsStore } from './store.ts';

/** Something about the settings that the operator should know, with what to do about it. */
export interface SettingsFinding {
  status: 'failed' | 'warning';
  why: KnownReason;
  advice: KnownReason;
}

/** What the deployment has to set or to correct. */
export function settingsFindings(settings: SettingsStore): SettingsFinding[] {
  const { shared, used, unused } = settings.fromPages;
  const findings: SettingsFinding[] = [];
  if (shared && settings.view().values.target.url === '') {
    const advice = reason('set-target-in-deployment');
    findings.push({ status: 'failed', why: reason('target-left-open'), advice });
  }
  if (used.length > 0) {
    const names = used.join(', ');
    const advice = reason('set-in-deployment', { names });
    findings.push({ status: 'warning', why: reason('settings-from-pages', { names }), advice });
  }
  if (unused.length > 0) {
    const names = unused.join(', ');
    const advice = reason('set-in-deployment', { names });
    findings.push({ status: 'warning', why: reason('saved-settings-unused', { names }), advice });
  }
  if (settings.isKeyOfOthers) {
    findings.push({ status: 'warning', why: reason('identity-of-others'), advice: reason('correct-identity') });
  }
  for (const { why, advice } of settings.unusable) {
    findings.push({ status: 'failed', why, advice });
  }
  return findings;
}
