import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, unreadableFile } from '../../../lib/file-errors.ts';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import type { Sourced } from '../../../lib/sourced.ts';
import { present, type AwsSources, type S3Settings } from './settings.ts';

type Section = Readonly<Record<string, string | undefined>>;

/** What the shared AWS files say for one profile. */
export interface Profile {
  name: string;
  /** The setting that names the profile; undefined for the default one. */
  chosenBy: string | undefined;
  configFile: string;
  credentialsFile: string;
  config: Section;
  credentials: Section;
  /** The section that the profile's `services` line names: undefined without such a line, empty when it is missing. */
  services: { name: string; section: Section | undefined } | undefined;
}

/**
 * Reads the shared files as the AWS tools do: `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws`.
 *
 * @throws DK_SETTINGS when a file that was named can't be read, or the chosen profile is in neither
 */
export async function readProfile({ profile: chosen, aws = {} }: S3Settings): Promise<Profile> {
  const configFile = await fileOf('config', aws.configFile, 'AWS_CONFIG_FILE', aws);
  const credentialsFile = await fileOf('credentials', aws.credentialsFile, 'AWS_SHARED_CREDENTIALS_FILE', aws);
  const files = await loadSharedConfigFiles({
    configFilepath: configFile,
    filepath: credentialsFile,
    ignoreCache: true,
  });
  const name = chosen?.value ?? 'default';
  const config = files.configFile[name];
  const credentials = files.credentialsFile[name];
  if (chosen !== undefined && config === undefined && credentials === undefined) {
    const profiles = profilesIn(files);
    throw new DashkeepError('DK_SETTINGS', `the profile ${name} is in neither ${configFile} nor ${credentialsFile}`, {
      advice: profiles === '' ? reason('create-profile') : reason('choose-profile', { profiles }),
    });
  }
  const services = present(config?.services);
  return {
    name,
    chosenBy: chosen?.from,
    configFile,
    credentialsFile,
    config: config ?? {},
    credentials: credentials ?? {},
    services:
      services === undefined ? undefined : { name: services, section: files.configFile[`services.${services}`] },
  };
}

/** What the profile says under a name, in either file. @param what - for the source, before the file's path */
export function inFiles(profile: Profile, name: string, what: string): Sourced<string> | undefined {
  const { config, configFile, credentials, credentialsFile } = profile;
  const inConfig = present(config[name]);
  const value = inConfig ?? present(credentials[name]);
  return value === undefined
    ? undefined
    : { value, from: `${what} in ${inConfig === undefined ? credentialsFile : configFile}` };
}

async function fileOf(
  name: string,
  named: string | undefined,
  variable: string,
  { home = '' }: AwsSources,
): Promise<string> {
  const path = named === undefined ? join(home, '.aws', name) : named.replace(/^~(?=\/)/, home);
  try {
    await readFile(path);
  } catch (error) {
    if (named !== undefined || systemCode(error) !== 'ENOENT') {
      const source = named === undefined ? '' : ` (from ${variable})`;
      throw unreadableFile(`cannot read ${path}${source}: ${reasonOf(error)}`, error);
    }
  }
  return path;
}

function profilesIn(files: Awaited<ReturnType<typeof loadSharedConfigFiles>>): string {
  const names = [...Object.keys(files.configFile), ...Object.keys(files.credentialsFile)];
  return [...new Set(names)].filter((name) => !/^(services|sso-session)\./.test(name)).join(', ');
}
