import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors/catalogue.ts';
import { KindReport, ResourceProblem } from '../../pkg/contract/manifest.ts';
import { REASONS, reason } from '../../pkg/contract/reasons/catalogue.ts';
import {
  because,
  lossesOf,
  reasonFrom,
  reasonSentence,
  reasonWithHint,
  refusal,
} from '../../pkg/contract/reasons/reason.ts';
import { isNotAskedFor } from '../../pkg/engine/scope.ts';

const CONTRACT = fileURLToPath(new URL('../../pkg/contract', import.meta.url));
/** Merge the tables of other files. */
const MERGED = ['general.ts', 'restore/all.ts', 'catalogue.ts', 'pages.ts', join('advice', 'all.ts')];

/** The codes of all tables in a folder, one that is in two tables twice. */
async function codesIn(folder: string): Promise<string[]> {
  const files = (await readdir(join(CONTRACT, folder), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(
    files
      .filter((name) => !MERGED.includes(name))
      .map((name) => import(join(CONTRACT, folder, name)) as Promise<object>),
  );
  return modules.flatMap((one) =>
    Object.entries(one).flatMap(([name, table]) => (/^[A-Z0-9_]+$/.test(name) ? Object.keys(table as object) : [])),
  );
}

describe('a reason', () => {
  it('is an English sentence and data', () => {
    expect(because(reason('stand-in', { uid: 'prom' }))).toEqual({
      reason: 'data source prom with the same name and type is used instead',
      code: 'stand-in',
      params: { uid: 'prom' },
    });
  });

  it('is filled with params as they are, whatever they hold', () => {
    const manager = 'a {manager} of $& {title}';
    expect(because(reason('managed-since', { manager })).reason).toBe(`now managed by ${manager}`);
  });

  it('of what failed is the code and message of the error', () => {
    const error = new DashkeepError('DK_GRAFANA_FORBIDDEN', 'may not', { advice: reason('mount-writable') });
    expect(reasonFrom(error)).toEqual({ code: 'DK_GRAFANA_FORBIDDEN', params: { message: 'may not' } });
    expect(reasonSentence(reasonFrom(error))).toBe('may not');
    expect(reasonSentence(reasonWithHint(error))).toBe('may not. Mount the directory as writable.');
    expect(reasonFrom(new Error('unforeseen'))).toEqual({ code: 'DK_INTERNAL', params: { message: 'unforeseen' } });
  });

  it('that an error is raised with stays the same', () => {
    const why = reason('org-was-called', { name: 'Old' });
    const error = refusal('DK_GRAFANA_CONFLICT', why);
    expect(error).toMatchObject({ code: 'DK_GRAFANA_CONFLICT', message: 'its previous name was Old' });
    expect(reasonFrom(error)).toEqual(why);
  });

  it('has a code that no error has', () => {
    expect(Object.keys(REASONS).filter((code) => Object.hasOwn(ERROR_CATALOGUE, code))).toEqual([]);
  });

  it.each([
    ['reasons', REASONS],
    ['errors', ERROR_CATALOGUE],
  ])('has a code that no other file of %s has', async (folder, catalogue) => {
    const codes = await codesIn(folder);
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
    expect(codes.sort()).toEqual(Object.keys(catalogue).sort());
  });

  it('is given for each loss', () => {
    const { losses, lost } = lossesOf([reason('id-new'), reason('enter-again', { field: 'token' })]);
    expect(losses).toEqual(['gets a new ID', 'enter again: token']);
    expect(lost.map(({ code }) => code)).toEqual(['id-new', 'enter-again']);
  });
});

describe('documents of an earlier release, which had sentences only', () => {
  it('can be read', () => {
    const problem = { org: 1, kind: 'dashboard', uid: 'a', reason: 'broken' };
    expect(ResourceProblem.parse(problem)).toEqual(problem);
    const report = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0, reason: 'not asked for' };
    expect(KindReport.parse(report)).toEqual(report);
    expect(isNotAskedFor(KindReport.parse(report))).toBe(true);
    expect(isNotAskedFor({ ...KindReport.parse(report), reason: 'switched off' })).toBe(false);
  });
});
