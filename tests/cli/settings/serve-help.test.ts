import { expect, it } from 'vitest';
import { registerServe } from '../../../pkg/cli/commands/serve.ts';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { SETTINGS } from '../../../pkg/cli/config/configuration.ts';
import { Command } from 'commander';

function help(): string {
  const program = new Command();
  registerServe(program, () => async () => undefined);
  let text = '';
  const [serve] = program.commands;
  serve?.configureOutput({ writeOut: (part) => (text += part) });
  serve?.outputHelp();
  return text;
}

it('names every variable that the settings page of the docs names', () => {
  const names = Object.keys(SETTINGS);
  expect(names.length).toBeGreaterThan(60);
  const words = new Set(help().match(/[A-Z][A-Z0-9_<>n]+/g));
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});

it('names every variable that the service looks at', () => {
  const asked = new Set<string>();
  const given = { GRAFANA_URL: 'http://127.0.0.1:3000' };
  const environment = new Proxy<Record<string, string>>(given, {
    get(target, name: string) {
      asked.add(name);
      return target[name];
    },
  });
  serviceConfig(environment, {}, 'test');
  const ours = [...asked].filter((name) => /^(DASHKEEP|GRAFANA)_/.test(name)).map((name) => name.replace(/_FILE$/, ''));
  expect(ours.length).toBeGreaterThan(40);
  const text = help();
  expect(ours.filter((name) => !text.includes(name))).toEqual([]);
});
