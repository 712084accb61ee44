import type { Command } from 'commander';
import { collect } from '../options.ts';

/** Which resources. @returns the same command */
export function withSelection(command: Command): Command {
  return command
    .option('--only <kind/uid>', 'only this resource (repeatable)', collect)
    .option('--folder <uid>', 'this folder and everything in it (repeatable)', collect)
    .option('--also <kind/uid>', 'this resource too, such as a missing data source (repeatable)', collect);
}

/** What else may be written, which is left alone otherwise. @returns the same command */
export function withProtected(command: Command): Command {
  return command
    .option('--include-managed', 'also write resources managed by file provisioning, Git Sync or Terraform')
    .option('--keep-secrets', 'keep stored secrets when an address changes');
}

/** What a plan asks a person. @returns the same command */
export function withAnswers(command: Command): Command {
  return command
    .option('--map-datasource <old=new>', 'use an existing data source in place of one in the snapshot', collect)
    .option('--secrets <file>', 'YAML file with secrets, by kind, UID and field')
    .option('--delete-extra', 'also delete selected resources that are not in the snapshot')
    .option(
      '--confirm <text>',
      'confirmation text from a plan that deletes resources or widens access; for an untrusted snapshot, the ID of the snapshot',
    )
    .option('--trust <fingerprint>', 'trust this signing key for this command; with --apply, permanently');
}
