import { fileURLToPath } from 'node:url';
import type { DashkeepError } from '../contract/errors.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { keyProblem } from './keys.ts';

/** Where a repository lives. */
export type Target =
  | { kind: 's3'; bucket: string; /** Without slashes at its ends; may be empty. */ prefix: string }
  | { kind: 'directory'; path: string };

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;

/**
 * Reads `s3://bucket/prefix` or `file:///directory`. Messages never repeat the part that could hold a password.
 *
 * @throws DK_SETTINGS
 */
export function parseTarget(target: string): Target {
  const text = target.trim();
  if (text === '') {
    throw invalid(reason('target-empty'));
  }
  if (/^["'].*["']$/.test(text)) {
    throw invalid(reason('target-quoted'));
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case 's3':
      return s3Target(text.slice('s3://'.length));
    case 'file':
      return directoryTarget(text);
    case undefined:
      throw invalid(reason(text.startsWith('/') ? 'target-directory' : 'target-no-scheme'));
    case 'http':
    case 'https':
      throw invalid(reason('target-endpoint'));
    default:
      throw invalid(reason('target-scheme', { scheme }));
  }
}

function s3Target(rest: string): Target {
  if (rest.includes('@')) {
    throw invalid(reason('target-keys'));
  }
  const [bucket = '', ...segments] = rest.split('/');
  if (!BUCKET.test(bucket)) {
    throw invalid(reason('target-bucket'));
  }
  const prefix = segments.join('/').replace(/^\/+|\/+$/g, '');
  const problem = prefix === '' ? undefined : keyProblem(prefix);
  if (problem !== undefined) {
    throw invalid(reason('target-prefix', { message: problem }));
  }
  return { kind: 's3', bucket, prefix };
}

function directoryTarget(text: string): Target {
  let path: string;
  try {
    path = fileURLToPath(text);
  } catch {
    throw invalid(reason('target-slashes'));
  }
  if (text.includes('?') || text.includes('#')) {
    throw invalid(reason('target-escapes'));
  }
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') {
    throw invalid(reason('target-root'));
  }
  return { kind: 'directory', path: trimmed };
}

function invalid(why: KnownReason): DashkeepError {
  return refusal('DK_SETTINGS', why, {
    advice: reason('set-target'),
  });
}
