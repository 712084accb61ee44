import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { OrgRole } from './pluginProxy.ts';

export const ROLES: OrgRole[] = ['Viewer', 'Editor', 'Admin'];
export const LANGUAGES = ['en-US', 'fr-FR'];

/** Who is looking at the page, and how. */
export interface Visitor {
  login: string;
  role: OrgRole;
  theme: 'dark' | 'light';
  language: string;
  /** What the Grafana behind the page knows a person by who has logged in. */
  authorization?: string;
}

type Person = Pick<Visitor, 'login' | 'role' | 'authorization'>;

/** People who have logged in, by what their cookie says. */
export class Sessions {
  readonly #grafana: string;
  readonly #people = new Map<string, Person>();

  constructor(grafana: string) {
    this.#grafana = grafana;
  }

  /** @returns the value of the session's cookie; undefined when Grafana does not know this person */
  async login(user: string, password: string): Promise<string | undefined> {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answer = await fetch(`${this.#grafana}/api/user/orgs`, { headers: { authorization } });
    if (!answer.ok) {
      return undefined;
    }
    const orgs = (await answer.json()) as { orgId: number; role: OrgRole }[];
    const session = randomBytes(16).toString('hex');
    const role = orgs.find(({ orgId }) => orgId === 1)?.role ?? 'Viewer';
    this.#people.set(session, { login: user, role, authorization });
    return session;
  }

  find(request: IncomingMessage): Person | undefined {
    return this.#people.get(cookie(request, 'grafana_session'));
  }
}

/**
 * A person who has logged in; anybody else is an admin unless `?role=` chooses another role. Role, theme and language
 * are remembered in a cookie.
 */
export function visitorOf(request: IncomingMessage, url: URL, sessions: Sessions | undefined): Visitor {
  const [role = '', theme = '', language = ''] = decodeURIComponent(cookie(request, 'preview')).split('|');
  const choose = <T extends string>(name: string, kept: string, allowed: readonly T[], fallback: T): T => {
    const wanted = (url.searchParams.get(name) ?? kept).toLowerCase();
    return allowed.find((candidate) => candidate.toLowerCase() === wanted) ?? fallback;
  };
  const chosen = choose('role', role, ROLES, 'Admin');
  const person = sessions?.find(request) ?? { login: chosen.toLowerCase(), role: chosen };
  return {
    ...person,
    theme: choose('theme', theme, ['dark', 'light'], 'dark'),
    language: choose('lang', language, LANGUAGES, 'en-US'),
  };
}

/** The cookie that remembers what was chosen. */
export function remembered({ role, theme, language }: Visitor): string {
  return `preview=${encodeURIComponent([role, theme, language].join('|'))}; Path=/; SameSite=Lax`;
}

function cookie(request: IncomingMessage, name: string): string {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
}
