import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { KIND_NAMES, RULE } from '../../contract/kinds.ts';
import { parseSavedPlan, requestOf, type SavedPlan } from '../../engine/restore/plan/saved-plan.ts';
import { mappingOptions, parseMapping } from '../../engine/restore/mapping/mapping-file.ts';
import { parseSecrets } from '../../engine/restore/apply/secrets.ts';
import type { CopyOptions, Plan, RestoreOptions, Selection } from '../../engine/restore/types.ts';
import { readSettingFile } from '../config/environment.ts';
import { kinds as parseKinds } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import { parseResource } from '../resource.ts';
import type { CliContext } from '../context.ts';

/** Flags that say what is restored, and how. */
export interface RestoreFlags extends CommonFlags {
  everything?: boolean;
  only?: string[];
  folder?: string[];
  lostIn?: string;
  overwrite?: boolean;
  promote?: boolean;
  includeManaged?: boolean;
  keepSecrets?: boolean;
  deleteExtra?: boolean;
  asCopy?: boolean;
  intoFolder?: string;
  intoOrg?: string;
  copySuffix?: string;
  mapOrg?: string[];
  mapDatasource?: string[];
  secrets?: string;
  also?: string[];
  mapping?: string;
  newUids?: boolean;
  pauseRules?: boolean;
  plan?: string;
}

export interface RestoreRequest {
  snapshot: string;
  selection: Selection;
  options: RestoreOptions;
  /** The plan that is to be applied as it was made. */
  saved?: SavedPlan;
}

/**
 * What the command line asks for: by its flags, or by a plan that was saved.
 * @throws DK_USAGE when both are given, neither is, or a flag is not of its form; DK_SETTINGS for unreadable files.
 */
export async function restoreRequest(
  context: CliContext,
  snapshot: string | undefined,
  flags: RestoreFlags,
): Promise<RestoreRequest> {
  refuseWithEverything(flags);
  if (flags.lostIn !== undefined && [flags.only, flags.folder, flags.asCopy].some((given) => given !== undefined)) {
    throw new DashkeepError('DK_USAGE', '--lost-in cannot be combined with another selection');
  }
  if (flags.promote === true && flags.overwrite === true) {
    throw new DashkeepError('DK_USAGE', 'use either --promote or --overwrite');
  }
  const secrets = await secretsOf(context, flags.secrets);
  if (flags.plan === undefined) {
    if (snapshot === undefined) {
      throw new DashkeepError('DK_USAGE', 'specify a snapshot, or a saved plan with --plan');
    }
    return { snapshot, selection: selectionOf(flags), options: { ...(await mapped(flags)), ...secrets } };
  }
  const saved = parseSavedPlan(await readSettingFile(flags.plan, '--plan'));
  const { selection, options } = requestOf(saved);
  if (snapshot !== undefined || isSelective(flags, context)) {
    throw new DashkeepError('DK_USAGE', '--plan cannot be combined with another selection');
  }
  warnOfMoreKinds(context, saved, flags.kinds);
  return { snapshot: saved.snapshot, selection, options: { ...options, ...secrets }, saved };
}

/** The kinds of the environment limit new plans, not one that someone has already reviewed. */
function warnOfMoreKinds({ log }: CliContext, { items }: SavedPlan, kinds: string | undefined): void {
  const chosen = new Set<string>(kinds === undefined ? KIND_NAMES : parseKinds(kinds));
  const isMore = ({ action, kind }: SavedPlan['items'][number]): boolean =>
    !chosen.has(kind) && (action === 'create' || action === 'update' || action === 'delete');
  const more = new Set(items.filter(isMore).map(({ kind }) => kind));
  if (more.size > 0) {
    log.warn({}, `DASHKEEP_KINDS does not apply to a saved plan, which also restores ${[...more].join(', ')}`);
  }
}

/** Everything is the whole snapshot as it was, so there is nothing to choose. @throws DK_USAGE */
function refuseWithEverything(flags: RestoreFlags & { savePlan?: string }): void {
  const { everything, only, folder, also, lostIn, kinds, asCopy, mapOrg, mapDatasource, deleteExtra, plan } = flags;
  const { mapping, newUids, promote, savePlan } = flags;
  const others = {
    '--only': only,
    '--folder': folder,
    '--also': also,
    '--lost-in': lostIn,
    '--kinds': kinds,
    '--as-copy': asCopy,
    '--map-org': mapOrg,
    '--map-datasource': mapDatasource,
    '--mapping': mapping,
    '--new-uids': newUids,
    '--promote': promote,
    '--delete-extra': deleteExtra,
    '--plan': plan,
    '--save-plan': savePlan,
  };
  const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (everything === true && other !== undefined) {
    const variable = other === '--kinds' ? ' (or DASHKEEP_KINDS)' : '';
    throw new DashkeepError(
      'DK_USAGE',
      `--everything restores the whole snapshot and cannot be combined with ${other}${variable}`,
    );
  }
}

/** Whether the flags choose what is restored, and how. The kinds of the environment are those of all commands. */
export function isSelective(flags: RestoreFlags, { environment }: Pick<CliContext, 'environment'>): boolean {
  const kinds = flags.kinds === environment['DASHKEEP_KINDS'] ? undefined : flags.kinds;
  const given = { ...selectionOf({ ...flags, kinds }), ...chosen(flags) };
  return flags.lostIn !== undefined || Object.keys(given).length > 0;
}

function selectionOf(flags: RestoreFlags): Selection {
  const kinds = flags.kinds === undefined ? undefined : parseKinds(flags.kinds);
  return compact({
    kinds,
    only: flags.only?.map(parseResource),
    folders: flags.folder?.map((uid) => ({ uid })),
    also: flags.also?.map(wholeResource),
  });
}

function wholeResource(text: string): NonNullable<Selection['also']>[number] {
  const { kind, uid } = parseResource(text);
  if (kind === RULE) {
    throw new DashkeepError(
      'DK_USAGE',
      '--also accepts only whole resources: name the alert rule group instead of the rule',
    );
  }
  return { kind, uid };
}

function optionsOf(flags: RestoreFlags): RestoreOptions {
  return { overwrite: flags.overwrite === true, includeManaged: flags.includeManaged === true, ...chosen(flags) };
}

/** The options that somebody gave. */
function chosen(flags: RestoreFlags): Partial<RestoreOptions> {
  const copy = copyOf(flags);
  return {
    ...(flags.deleteExtra === true ? { deleteExtra: true } : {}),
    ...(flags.promote === true ? { promote: true } : {}),
    ...(flags.keepSecrets === true ? { keepSecrets: true } : {}),
    ...(flags.newUids === true ? { newUids: true } : {}),
    ...(flags.pauseRules === true ? { pauseRules: true } : {}),
    ...compact({
      copy,
      orgs: flags.mapOrg === undefined ? undefined : new Map(flags.mapOrg.map((text) => pairOfOrgs(text))),
      dataSources:
        flags.mapDatasource === undefined
          ? undefined
          : new Map(flags.mapDatasource.map((text) => pair(text, '--map-datasource'))),
    }),
  };
}

function copyOf(flags: RestoreFlags): CopyOptions | undefined {
  const { intoFolder, intoOrg, copySuffix } = flags;
  const details = [intoFolder, intoOrg, copySuffix].some((value) => value !== undefined);
  if (flags.asCopy !== true) {
    if (details) {
      throw new DashkeepError('DK_USAGE', '--into-folder, --into-org and --copy-suffix need --as-copy');
    }
    return undefined;
  }
  return compact({
    folderUid: intoFolder,
    org: intoOrg === undefined ? undefined : orgOf(intoOrg, '--into-org'),
    suffix: copySuffix,
  });
}

/** The options, with what the flags leave to the mapping. */
async function mapped(flags: RestoreFlags): Promise<RestoreOptions> {
  const options = optionsOf(flags);
  if (flags.mapping === undefined) {
    return options;
  }
  const mapping = mappingOptions(parseMapping(await readSettingFile(flags.mapping, '--mapping')));
  const dataSources = new Map([...(mapping.dataSources ?? []), ...(options.dataSources ?? [])]);
  return { ...mapping, ...options, ...(dataSources.size === 0 ? {} : { dataSources }) };
}

function pair(text: string, flag: string): [string, string] {
  const [from = '', to = '', ...rest] = text.split('=');
  if (from === '' || to === '' || rest.length > 0) {
    throw new DashkeepError('DK_USAGE', `${flag} must be old=new, not '${text}'`);
  }
  return [from, to];
}

function pairOfOrgs(text: string): [number, number] {
  const [from, to] = pair(text, '--map-org');
  return [orgOf(from, '--map-org'), orgOf(to, '--map-org')];
}

function orgOf(text: string, flag: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new DashkeepError('DK_USAGE', `${flag} needs organization IDs, not '${text}'`);
  }
  return Number(text);
}

/** An entry may be for an organization that the restore will create: its ID is not known before. */
export function warnOfUnusedSecrets(
  { log }: Pick<CliContext, 'log'>,
  { secrets }: RestoreOptions,
  { items }: Pick<Plan, 'items'>,
): void {
  const isInNew = items.filter(({ newOrg }) => newOrg !== undefined);
  const later = new Set(isInNew.map(({ kind, uid }) => `${kind}/${uid}`));
  const unused = (secrets?.unused?.() ?? []).filter((entry) => !later.has(entry.replace(/^\d+:/, '')));
  if (unused.length > 0) {
    log.warn({}, `nothing in the plan uses these entries of --secrets: ${unused.join(', ')}`);
  }
}

async function secretsOf(context: CliContext, path: string | undefined): Promise<Pick<RestoreOptions, 'secrets'>> {
  return path === undefined
    ? {}
    : { secrets: parseSecrets(await readSettingFile(path, '--secrets'), context.environment) };
}
