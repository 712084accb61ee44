import { DashkeepError } from '../../contract/errors.ts';
import { lettersBetween } from '../../engine/versions/near-matches.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';
import { keySigners } from '../../repository/encryption/key-signers.ts';
import type { Repository } from '../../repository/repository.ts';
import { acceptRepository } from '../../repository/signing/accept.ts';
import { distrust } from '../../repository/signing/distrust.ts';
import { namedSigners, signersOf } from '../../repository/signing/signers.ts';
import { parseFingerprint } from '../../repository/signing/trust-state.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { openState, withSession, withStore } from '../open.ts';
import { withTarget } from '../options.ts';
import { printLine, printResult } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  remove?: boolean;
  unsigned?: boolean;
  repository?: string;
}

/** Registers `dashkeep trust`. */
export const registerTrust: Register = (program, run) => {
  withTarget(program.command('trust'))
    .argument('[fingerprint]', 'fingerprint of the signing key (see `dashkeep keys`)')
    .description("trust or distrust a signing key for this repository (stored in Dashkeep's state)")
    .option('--remove', 'distrust the key')
    .option('--unsigned', 'trust the existing unsigned snapshots (signs a list of them)')
    .option('--repository <id>', 'accept the repository with this ID at the target, without trusting its keys')
    .action(run(runTrust));
};

async function runTrust(context: CliContext, fingerprint: string | undefined, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const given = [fingerprint, flags.repository, flags.unsigned === true ? '--unsigned' : undefined];
  if (given.filter((one) => one !== undefined).length !== 1) {
    throw new DashkeepError('DK_USAGE', 'specify a fingerprint, --unsigned or --repository');
  }
  if (flags.repository !== undefined) {
    return accept(context, flags.repository, flags);
  }
  const key = fingerprint === undefined ? undefined : parseFingerprint(fingerprint);
  const { done, trusted } = await withSession(context, flags, false, async ({ repository }) => {
    const { trust, index } = repository;
    let said: string;
    if (key === undefined) {
      await trust.signing.trustUnsigned({ signal });
      await index.update({ whole: true, signal });
      said = 'The existing snapshots are now trusted.';
    } else if (flags.remove === true) {
      await distrust(repository, key, { signal });
      said = `${key} is no longer trusted. Restart running services.`;
    } else {
      await trust.keys.pin(key, 'dashkeep trust');
      if (key !== trust.own) {
        await warnUnlessSigner(context, repository, key);
      }
      said = `${key} is trusted.`;
    }
    return { done: said, trusted: [...trust.keys.trusted] };
  });
  printResult(context, flags, { trusted }, () => printLine(context, done));
  return 0;
}

/** A key may be trusted before it signs anything, but its fingerprint may also be mistyped. */
async function warnUnlessSigner({ log, signal }: CliContext, repository: Repository, key: string): Promise<void> {
  const read = repository.snapshots({ whole: true, signal });
  const { signers } = signersOf(await read.catch(valueIf(hasCode('DK_IDENTITY_MISSING'), [])));
  const ofKey = await keySigners(repository, { signal });
  const all = [...new Set([...signers.map(({ fingerprint }) => fingerprint), ...ofKey])];
  if (!all.includes(key)) {
    const nearestFirst = all.sort((a, b) => lettersBetween(key, a) - lettersBetween(key, b));
    log.warn(
      {
        signers: namedSigners(nearestFirst) || 'none',
        advice: `If you mistyped it, run \`dashkeep trust ${key} --remove\`. \`dashkeep keys\` lists the signers.`,
      },
      `${key} has signed nothing in this repository`,
    );
  }
}

async function accept(context: CliContext, id: string, flags: Flags): Promise<Exit> {
  const [accepted, target] = await withStore(context, flags, async (store) => {
    const state = await openState(context, flags);
    return [await acceptRepository({ ...context, store, state }, id), store.description] as const;
  });
  const said = {
    changed: `The repository ${id} is accepted as it is now.`,
    same: `Nothing to accept: the repository ${id} in ${target} has not changed.`,
    unknown: `Nothing to accept: Dashkeep's state did not contain ${target} yet, and now contains its repository ${id}. To accept a change that a service or another machine reports, use the state (--state-dir) and the target of that service or machine.`,
  };
  printResult(context, flags, { repository: id, accepted }, () =>
    printLine(context, printable(`${said[accepted]} Snapshots still need the signature of a trusted key.`)),
  );
  return 0;
}
