// As much of `age-keygen` as docs/encryption.md uses, for machines without it: `-o <file>` makes an identity, `-y
// <file>` prints its recipient.
import { readFileSync, writeFileSync } from 'node:fs';
import { generateIdentity, identityToRecipient } from 'age-encryption';

const [flag, file] = process.argv.slice(2);
if (flag === '-o') {
  writeFileSync(file, `${await generateIdentity()}\n`, { mode: 0o600, flag: 'wx' });
} else {
  console.log(await identityToRecipient(readFileSync(file, 'utf8').match(/AGE-SECRET-KEY-\S+/)[0]));
}
