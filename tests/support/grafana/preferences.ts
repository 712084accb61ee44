import type { Call } from './http/call.ts';
import { problem } from './http/problems.ts';

const FIELDS = [
  'theme',
  'homeDashboardUID',
  'timezone',
  'weekStart',
  'language',
  'regionalFormat',
  'navbar',
  'queryHistory',
];

/** Preferences as they are read: what is not set is empty. */
export function preferencesDto(preferences: Record<string, unknown>): Record<string, unknown> {
  return { theme: '', homeDashboardUID: '', timezone: '', weekStart: '', ...preferences };
}

/** What is stored after a PUT, which replaces all but the home dashboard from 12 on. */
export function changedPreferences(call: Call, { homeDashboardUID }: Record<string, unknown>): Record<string, unknown> {
  const home = call.profile.major < 12 || homeDashboardUID === undefined ? {} : { homeDashboardUID };
  const body = call.plain<Record<string, unknown>>();
  const uid = body['homeDashboardUID'];
  if (typeof uid === 'string' && uid !== '' && !call.org.dashboards.has(uid)) {
    throw problem(404, 'Dashboard not found');
  }
  const theme = body['theme'];
  if (theme !== undefined && !['', 'light', 'dark', 'system'].includes(String(theme))) {
    throw problem(400, 'Invalid theme');
  }
  // prefimpl/pref.go of 12 writes the UID only where one is sent, '' included; before, PUT replaced it.
  const next: Record<string, unknown> = home;
  for (const field of FIELDS) {
    if (body[field] !== undefined && body[field] !== '') {
      next[field] = body[field];
    } else if (body[field] === '') {
      delete next[field];
    }
  }
  return next;
}
