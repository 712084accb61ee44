import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jsonLog, SECRET_MEMBERS } from '../../pkg/service/log.ts';

const PKG = join(import.meta.dirname, '../../pkg');

/** The members of every object that the program logs, with the file. */
function loggedMembers(): string[] {
  const files = readdirSync(PKG, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const calls = readFileSync(join(PKG, file), 'utf8').matchAll(/log\.(?:debug|info|warn|error)\(\s*\{([^}]*)\}/g);
    return [...calls].flatMap(([, members = '']) =>
      [...members.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, name = '']) => `${file}: ${name}`),
    );
  });
}

it('hides the members that hold secrets', () => {
  const lines: string[] = [];
  jsonLog('info', (line) => lines.push(line)).info({ token: 'glsa_x', deep: { password: 'y' } }, 'said');
  expect(lines.join()).not.toMatch(/glsa_x|"y"/);
});

it('hides nothing that the program means to log', () => {
  const members = loggedMembers();
  expect(members.length).toBeGreaterThan(50);
  expect(members.filter((member) => SECRET_MEMBERS.includes(member.split(': ')[1] ?? ''))).toEqual([]);
});
