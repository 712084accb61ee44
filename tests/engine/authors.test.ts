import { describe, expect, it } from 'vitest';
import { authorOf, type Authors } from '../../pkg/engine/versions/authors.ts';

const authors: Authors = { names: new Map([['user:u1', 'grace']]), known: new Set(['user']) };

describe('the author of a version', () => {
  it.each([
    ['a login', 'grace', 'grace'],
    ['an account that is there', 'user:u1', 'grace'],
    ['an account that is gone', 'user:u2', null],
    ['an account of a kind that could not be listed', 'service-account:s1', undefined],
    ['what is neither', 'provisioning', 'provisioning'],
    ['a provisioned file', 'provisioning:', 'provisioning'],
    ['Grafana itself', 'access-policy:service', undefined],
    ['nothing', '', undefined],
  ])('is found for %s', (_, given, expected) => {
    expect(authorOf(given, authors)).toBe(expected);
  });

  it('stays unknown where no accounts could be read', () => {
    expect(authorOf('user:u1', undefined)).toBeUndefined();
  });
});
