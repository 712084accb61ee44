import { ERROR_CATALOGUE, type ErrorCode } from '../../../pkg/contract/errors/catalogue.ts';
import { KIND_NAMES, type KindName } from '../../../pkg/contract/kinds.ts';
import type { PageReasonCode } from '../../../pkg/contract/reasons/pages.ts';
import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';
import { fill } from '../../../pkg/contract/texts.ts';
import { checkStepLabel } from '../checkSteps.ts';
import { formatNumber, formatTime, withSnapshotTimes } from '../format.ts';
import { listed, t } from '../i18n.ts';
import { kindLabel } from '../kinds.ts';
import { runKindLabel } from '../runKinds.ts';
import { errorText, isReason, reasonTemplate } from './texts.ts';

/** What has a reason: the English sentence, and the same as data unless an earlier release wrote it. */
type Reasoned = { reason: string } & Partial<ReasonData>;

/** Errors whose message only repeats the title. */
export const SAID_BY_TITLE: ReadonlySet<string> = new Set(['DK_UNCONFIGURED', 'DK_HOME_ORGANIZATION']);

const KEPT = ['kept', 'kept-narrower', 'kept-wider'] as const satisfies PageReasonCode[];

/**
 * Whether something is left alone only because overwriting was not asked for. What comes along is overwritten only by
 * itself.
 */
export function isLeftAsDiffering({ code }: Partial<ReasonData>): boolean {
  return KEPT.some((one) => one === code);
}

/** Why, in the user's language; in the service's English where the code is not known here. */
export function reasonText({ reason, code, params = {}, advice }: Reasoned): string {
  const text = code === undefined ? undefined : textOf({ code, params }, asSentence);
  if (text === undefined) {
    return reason;
  }
  const hint = advice && hintsText([advice]);
  return hint === undefined ? text : `${withStop(text)} ${hint}`;
}

/** Warnings, in the user's language; as the service says them where an earlier release wrote them. */
export function warningTexts(given: { warnings?: string[] | undefined; warned?: ReasonData[] | undefined }): string[] {
  const { warnings = [], warned = [] } = given;
  return warnings.map((warning, at) => reasonText({ reason: warning, ...warned[at] }));
}

/** A warning of a run, with what to do about it. */
export interface RunWarning {
  title: string;
  hint?: string;
  /** What was found, where several have the same error, such as one for each snapshot. */
  found: string[];
}

/** The warnings of a run, those with the same error together. */
export function runWarnings(run: Parameters<typeof warningTexts>[0]): RunWarning[] {
  const { warned = [] } = run;
  const byCode = new Map<string, RunWarning>();
  for (const [at, text] of warningTexts(run).entries()) {
    const { code = '', params } = warned[at] ?? {};
    const key = isError(code) ? code : text;
    const found = params?.['message'] ?? text;
    const first = byCode.get(key);
    if (first === undefined) {
      byCode.set(key, { title: text, ...(isError(code) && { hint: errorText(code).hint }), found: [found] });
    } else if (isError(code)) {
      first.found.push(found);
      first.title = `${errorText(code).title} (${first.found.length})`;
    }
  }
  return [...byCode.values()];
}

/** Reasons as parts of a line, in the user's language; those of a later release have no text here. */
export function phrases(given: readonly ReasonData[]): string[] {
  return given.flatMap((one) => textOf(one) ?? []);
}

/** What a restored resource lacks, in the user's language. */
export function lossTexts({
  losses = [],
  lost = [],
}: {
  losses?: string[] | undefined;
  lost?: ReasonData[] | undefined;
}): string[] {
  return losses.map((loss, at) => reasonText({ reason: loss, ...lost[at] }));
}

/** What a step of a check found, in the user's language where each finding has a text. */
export function findingsText({
  detail,
  findings = [],
}: {
  detail: string;
  findings?: ReasonData[] | undefined;
}): string {
  const texts = findings.map((one, at) => textOf(one, at === 0 ? asSentence : undefined));
  const known = texts.filter((text) => text !== undefined);
  return known.length === 0 || known.length < texts.length ? detail : listed(known);
}

/** What to do about something, in the user's language; undefined where it is said in English only. */
export function hintsText(hints: readonly ReasonData[] = []): string | undefined {
  const texts = hints.map((one) => knownText(one) ?? generalHint(one));
  return texts.length === 0 || texts.includes(undefined) ? undefined : texts.join(' ');
}

/** A reason in the user's language; undefined for none, and for an error or a reason of a newer service. */
export function knownText(given: ReasonData | undefined): string | undefined {
  return given !== undefined && isReason(given.code) ? textOf(given, asSentence) : undefined;
}

/** A text with a full stop, so that another can follow. */
export function withStop(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** The hint of an error, where the service has no better words for this case. */
function generalHint({ code, params }: ReasonData): string | undefined {
  return isError(code) && params['message'] === ERROR_CATALOGUE[code].hint ? errorText(code).hint : undefined;
}

/** An error is called by its name in the user's language; what it met is said in English. */
function textOf({ code, params }: ReasonData, form = (template: string) => template): string | undefined {
  if (isReason(code)) {
    return fill(form(reasonTemplate(code)), inWords(params));
  }
  if (!isError(code)) {
    return undefined;
  }
  const { title } = errorText(code);
  return params['message'] === undefined || SAID_BY_TITLE.has(code)
    ? title
    : t('common.met', '{{title}}: {{message}}', { title, message: params['message'] });
}

/** Words for params that name a kind, a step, a job or a state, or hold an English word. */
const WORDS = new Map<string, (names: string) => string>([
  ['kind', kindInWords],
  ['kinds', (names) => eachOf(names, kindInWords)],
  ['step', checkStepLabel],
  ['job', runKindLabel],
  ['state', (names) => eachOf(names, stateInWords)],
  ['losses', (losses) => eachOf(losses, lossInWords)],
  ['lacks', (names) => eachOf(names, lackInWords)],
  ['manager', managerInWords],
  ...['time', 'end', 'expires'].map((name) => [name, timeInWords] as const),
  ...['snapshot', 'since', 'full'].map((name) => [name, withSnapshotTimes] as const),
  ...['format', 'source', 'regionSource', 'signer', 'signers'].map((name) => [name, fixedInWords] as const),
]);

function inWords(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, WORDS.get(name)?.(value) ?? value]));
}

function eachOf(names: string, inWord: (name: string) => string): string {
  return names.split(', ').map(inWord).join(', ');
}

/** Also with a number behind it, `dashboard (3)`, or when it was read, `dashboard (as of 2026-12-01T05:18:38.439Z)`. */
function kindInWords(name: string): string {
  return name
    .replace(/^[\w-]+/, (kind) => (isKind(kind) ? kindLabel(kind) : kind))
    .replace(/as of ([^)]+)/, (_, time: string) => t('words.asOf', 'as of {{time}}', { time: timeInWords(time) }));
}

/** A kind, or an organization as the service names it: `org 2 (Second Org.)`. */
function lackInWords(name: string): string {
  const [, org] = /^org (.+)$/.exec(name) ?? [];
  const label = org === undefined ? kindInWords(name) : fill(reasonTemplate('check-of-organization'), { id: org });
  return withinSentence(label);
}

/** What manages a resource, as Grafana names it: `plugin`, or with its own name, `file (shop.json)`. */
export function managerInWords(manager: string): string {
  return manager.replace(/^[\w-]+/, fixedInWords);
}

/** Words that the service puts where a name can be. */
function fixedInWords(value: string): string {
  const [, number] = /^format (\d+)$/.exec(value) ?? [];
  if (number !== undefined) {
    return t('words.format', 'format {{number}}', { number });
  }
  switch (value) {
    case 'an unknown format':
      return t('words.unknownFormat', 'an unknown format');
    case 'file':
    case 'classic-file-provisioning':
      return t('words.file', 'a file');
    case 'plugin':
      return t('words.plugin', 'a plugin');
    case 'repo':
      return 'Git Sync';
    case 'the settings':
      return t('words.settings', 'the settings');
    case 'none':
      return reasonTemplate('ready-none');
    default:
      return value;
  }
}

function timeInWords(time: string): string {
  return Number.isNaN(Date.parse(time)) ? time : formatTime(time);
}

/** What a snapshot lost, as the service counts it: `30/257 dashboard (org 1)`, with `≠` before what has changed. */
function lossInWords(loss: string): string {
  const [, sign = '', part = '', whole = '', kind, org] =
    /^(≠ )?(\d+)\/(\d+)(?: (?:resources|([a-z-]+)))?(?: \(org (\d+)\))?$/.exec(loss) ?? [];
  if (whole === '') {
    return loss;
  }
  const what = kind === undefined ? t('loss.resources', 'resources') : withinSentence(kindInWords(kind));
  const given = { part: sign + formatNumber(+part), whole: formatNumber(+whole), what, org };
  return org === undefined
    ? t('loss.of', '{{part}} of {{whole}} {{what}}', given)
    : t('loss.ofOrg', '{{part}} of {{whole}} {{what}} (organization {{org}})', given);
}

function stateInWords(name: string): string {
  switch (name) {
    case 'partial':
      return t('coverage.partial', 'partial');
    case 'mass change':
      return t('coverage.massChange', 'mass change');
    case 'shrunk':
      return t('coverage.shrunk', 'much smaller than before');
    default:
      return name;
  }
}

/** A phrase of a catalogue as a sentence. */
function asSentence(phrase: string): string {
  return phrase.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}

/** A label within a sentence; what is an abbreviation stays one. */
function withinSentence(label: string): string {
  return label.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());
}

function isError(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

function isKind(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}
