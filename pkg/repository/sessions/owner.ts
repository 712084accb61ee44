import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { compact } from '../../contract/compact.ts';

/** Which process holds a session, so that others can see when it can no longer be at work. */
export const SessionOwner = z.object({
  /** The service that it belongs to, the same after a restart; absent for the command line. */
  service: z.string().optional(),
  host: z.string(),
  /**
   * The boot of the machine and the process namespace: within one, process ids say who is alive. Known on Linux only.
   */
  space: z.string().optional(),
  pid: z.int().positive(),
  /** When the process began, in the kernel's ticks: distinguishes it from a later one with the same id. */
  began: z.string().optional(),
});
export type SessionOwner = z.infer<typeof SessionOwner>;

/** What a service says about itself when it opens a repository. */
export interface ServiceIdentity {
  service: string;
  /** Whether no other process of this service works at the same time on this host: true without replicas. */
  sole: boolean;
}

/** This process, as the owner of a session. */
export function ownerHere(service?: string): SessionOwner {
  const began = beganOf(process.pid);
  return compact({ service, host: hostname(), space: SPACE, pid: process.pid, began });
}

/**
 * Whether the process has surely ended: it is of this very space and no longer there, or it belongs to this service,
 * ran on this host before a restart of the container or machine, and the service has no replicas.
 */
export function hasEnded(owner: SessionOwner, identity: ServiceIdentity | undefined): boolean {
  if (SPACE === undefined || owner.space === undefined) {
    return false;
  }
  if (owner.space === SPACE) {
    return !isAlive(owner);
  }
  return identity?.sole === true && owner.service === identity.service && owner.host === hostname();
}

function isAlive({ pid, began }: SessionOwner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') {
      return false;
    }
  }
  const now = beganOf(pid);
  return began === undefined || now === undefined || began === now;
}

const SPACE = spaceOf();

function spaceOf(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Undefined when there is no such process, or no /proc. */
function beganOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the start time is the 22nd field.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
