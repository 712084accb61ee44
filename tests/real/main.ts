import { writeFile } from 'node:fs/promises';
import { burn, healthy } from './burn.ts';
import { Grafana } from './grafana.ts';
import { refusedUrl, signsOfUse } from './guard.ts';
import { Stage, type Journey } from './journey.ts';
import { JOURNEYS } from './journeys/index.ts';
import { HELP, optionsOf, type Options } from './options.ts';
import { Product } from './product.ts';
import { STORAGES } from '../support/clouds/storages.ts';
import { Proxy } from './proxy.ts';
import { junit } from './report/junit.ts';
import { outcomeOf, summary, type Outcome } from './report/outcome.ts';

/** Exit codes: 0 all passed, 1 something failed, 2 wrong use, or a Grafana that is not to be was lost. */
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (error) {
    return refuse(`${(error as Error).message}\n\n${HELP}`);
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.list) {
    JOURNEYS.forEach(({ name, title }) => console.log(`${name.padEnd(24)}${title}`));
    return 0;
  }
  const user = process.env['GRAFANA_ADMIN_USER'];
  const password = process.env['GRAFANA_ADMIN_PASSWORD'];
  const unknown = options.only.filter((wanted) => !JOURNEYS.some(({ name }) => name === wanted));
  const problem =
    refusedUrl(options.grafana, options.notLocal) ??
    (STORAGES[options.storage] === undefined ? `no storage is called ${options.storage} here` : undefined) ??
    (unknown.length > 0 ? `no journey is called ${unknown.join(', ')}: see --list` : undefined);
  if (problem !== undefined) {
    return refuse(problem);
  }
  if (user === undefined || password === undefined) {
    return refuse('set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to those of an admin of this Grafana');
  }
  return play(new Grafana({ url: options.grafana, user, password }), options);
}

function refuse(why: string): number {
  console.error(why);
  return 2;
}

async function play(grafana: Grafana, options: Options): Promise<number> {
  await healthy(grafana);
  const used = options.filled ? [] : await signsOfUse(grafana);
  if (used.length > 0 && !options.force) {
    return refuse(
      `This Grafana is not empty: ${used.join(', ')}. The suite deletes everything in it. Give it an empty one, or --force.`,
    );
  }
  if (used.length > 0) {
    console.log('emptying Grafana');
    await burn(grafana, options.burn);
  }
  const proxy = new Proxy(options.grafana);
  await proxy.open();
  const storage = await STORAGES[options.storage]!();
  const product = await Product.create(grafana.login, proxy.url, storage, options.program);
  const say = (text: string): void => console.log(text);
  try {
    console.log(`Grafana ${(await grafana.version()).join('.')} at ${options.grafana}`);
    const stage = new Stage({ grafana, proxy, product, options, say });
    const wanted = JOURNEYS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
    const outcomes: Outcome[] = [];
    for (const journey of wanted) {
      outcomes.push(await travel(journey, stage));
    }
    console.log(`\n${summary(outcomes)}`);
    if (options.junit !== undefined) {
      await writeFile(options.junit, junit(outcomes));
    }
    return outcomes.some(({ status }) => status === 'failed') ? 1 : 0;
  } finally {
    await proxy.close();
    if (options.keep) {
      console.log(`The key and the state are in ${product.directory}, the repository is at ${storage.target}.`);
    } else {
      await product.remove();
    }
  }
}

async function travel(journey: Journey, stage: Stage): Promise<Outcome> {
  const { name, title } = journey;
  console.log(`\n${name}: ${title}`);
  const reason = await journey.skipped?.(stage);
  if (reason !== undefined) {
    console.log(`  skipped: ${reason}`);
    return { name, title, seconds: 0, status: 'skipped', reason, checks: [] };
  }
  const started = Date.now();
  stage.checks = [];
  let failure: unknown;
  try {
    await journey.run(stage);
  } catch (error) {
    failure = error;
  }
  const outcome = outcomeOf(journey, stage.checks, (Date.now() - started) / 1000, failure);
  if (outcome.reason !== undefined) {
    console.log(`  ✗ ${outcome.reason}`);
  }
  return outcome;
}
