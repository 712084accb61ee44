import { type Call, Reply } from '../../http/call.ts';
import { dropPermissions } from '../../access.ts';
import type { ServiceAccount, Token } from '../../model/model.ts';
import type { Role } from '../../model/stored.ts';
import { errutil, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

export function serviceAccountRoutes(router: Router): void {
  router.on('GET /api/serviceaccounts/search', (call) => {
    call.require('serviceaccounts:read');
    const perPage = call.number('perpage', 1000);
    const page = Math.max(1, call.number('page', 1));
    const wanted = (call.query.get('query') ?? '').toLowerCase();
    const all = [...call.org.serviceAccounts.values()].filter(
      (account) => account.name.toLowerCase().includes(wanted) || account.login.includes(wanted),
    );
    const accounts = all.slice((page - 1) * perPage, page * perPage).map((account) => accountDto(call, account));
    return { totalCount: all.length, page, perPage, serviceAccounts: accounts };
  });
  router.on('POST /api/serviceaccounts', (call) => {
    call.require('serviceaccounts:create');
    const body = call.plain<{ name?: string; role?: Role; isDisabled?: boolean }>();
    if (!body.name) {
      throw problem(400, 'Service account name cannot be empty');
    }
    if ([...call.org.serviceAccounts.values()].some((account) => account.name === body.name)) {
      throw errutil(400, 'serviceaccounts.ErrAlreadyExists', 'service account already exists');
    }
    const account = call.state.addServiceAccount(call.org.id, { name: body.name, role: body.role });
    account.isDisabled = body.isDisabled === true;
    return new Reply(201, accountDto(call, account));
  });
  router.on('GET /api/serviceaccounts/:id', (call) => accountDto(call, find(call, 'serviceaccounts:read')));
  router.on('PATCH /api/serviceaccounts/:id', (call) => {
    const account = find(call, 'serviceaccounts:write');
    const body = call.plain<{ name?: string; role?: Role; isDisabled?: boolean }>();
    account.name = body.name ?? account.name;
    account.role = body.role ?? account.role;
    account.isDisabled = body.isDisabled ?? account.isDisabled;
    return {
      message: 'Service account updated',
      id: account.id,
      name: account.name,
      serviceaccount: accountDto(call, account),
    };
  });
  router.on('DELETE /api/serviceaccounts/:id', (call) => {
    const account = find(call, 'serviceaccounts:delete');
    call.org.serviceAccounts.delete(account.id);
    dropPermissions(call.org, ({ userId }) => userId === account.id);
    call.state.tokens = call.state.tokens.filter((token) => token.serviceAccountId !== account.id);
    return { message: 'Service account deleted' };
  });
  router.on('GET /api/serviceaccounts/:id/tokens', (call) => {
    // An account that is missing has none.
    call.require('serviceaccounts:read', `serviceaccounts:id:${call.param('id')}`);
    const account = call.org.serviceAccounts.get(Number(call.param('id')));
    return account === undefined ? [] : tokensOf(call, account).map((token) => tokenDto(call, token));
  });
  router.on('POST /api/serviceaccounts/:id/tokens', (call) => {
    const account = find(call, 'serviceaccounts:write');
    const body = call.plain<{ name?: string; secondsToLive?: number }>();
    if (!body.name) {
      throw problem(400, 'Token name cannot be empty');
    }
    if (tokensOf(call, account).some((token) => token.name === body.name)) {
      throw errutil(400, 'serviceaccounts.ErrTokenAlreadyExists', 'service account token already exists');
    }
    const token = call.state.addToken(call.org.id, {
      name: body.name,
      serviceAccountId: account.id,
      ttlSeconds: body.secondsToLive,
    });
    return { id: token.id, name: token.name, key: token.key };
  });
  router.on('DELETE /api/serviceaccounts/:id/tokens/:tokenId', (call) => {
    const account = find(call, 'serviceaccounts:write');
    const token = tokensOf(call, account).find((one) => String(one.id) === call.param('tokenId'));
    if (token === undefined) {
      throw errutil(404, 'serviceaccounts.ErrTokenNotFound', 'service account token not found');
    }
    call.state.tokens = call.state.tokens.filter((one) => one !== token);
    return { message: 'API key deleted' };
  });
  apiKeyRoutes(router);
}

/** The older API keys: gone from 12.1, not to be created from 11.3. */
function apiKeyRoutes(router: Router): void {
  const served = (call: Call) => {
    if (call.profile.apiKeys === 'gone') {
      throw problem(404, 'Not found');
    }
  };
  router.on('GET /api/auth/keys', (call) => {
    served(call);
    call.require('apikeys:read');
    return call.state.tokens
      .filter((token) => token.orgId === call.org.id && token.serviceAccountId === undefined)
      .map((token) => ({ id: token.id, name: token.name, role: token.role, expiration: expiry(token) ?? undefined }));
  });
  router.on('POST /api/auth/keys', (call) => {
    served(call);
    if (call.profile.apiKeys === 'no-create') {
      throw problem(404, 'Not found');
    }
    call.require('apikeys:create');
    const body = call.plain<{ name?: string; role?: Role; secondsToLive?: number }>();
    const taken = call.state.tokens.some((token) => token.orgId === call.org.id && token.name === body.name);
    if (taken) {
      throw problem(409, 'API key, organization ID and name must be unique');
    }
    const token = call.state.addToken(call.org.id, {
      name: body.name ?? '',
      role: body.role,
      ttlSeconds: body.secondsToLive,
    });
    return { id: token.id, name: token.name, key: token.key };
  });
  router.on('DELETE /api/auth/keys/:id', (call) => {
    served(call);
    call.require('apikeys:delete');
    const before = call.state.tokens.length;
    call.state.tokens = call.state.tokens.filter(
      (token) => token.serviceAccountId !== undefined || String(token.id) !== call.param('id'),
    );
    if (call.state.tokens.length === before) {
      throw problem(404, 'API Key not found');
    }
    return { message: 'API key deleted' };
  });
}

function find(call: Call, action: string): ServiceAccount {
  call.require(action, `serviceaccounts:id:${call.param('id')}`);
  const account = call.org.serviceAccounts.get(Number(call.param('id')));
  if (account === undefined) {
    throw errutil(404, 'serviceaccounts.ErrNotFound', 'service account not found');
  }
  return account;
}

function tokensOf(call: Call, account: ServiceAccount): Token[] {
  return call.state.tokens.filter((token) => token.serviceAccountId === account.id);
}

function expiry(token: Token): string | null {
  return token.expires === undefined ? null : new Date(token.expires).toISOString();
}

function tokenDto(call: Call, token: Token): unknown {
  const left = token.expires === undefined ? 0 : (token.expires - call.state.now()) / 1000;
  return {
    id: token.id,
    name: token.name,
    created: new Date(token.created).toISOString(),
    lastUsedAt: token.lastUsed === undefined ? null : new Date(token.lastUsed).toISOString(),
    expiration: expiry(token),
    secondsUntilExpiration: Math.max(0, left),
    hasExpired: token.expires !== undefined && left <= 0,
    isRevoked: token.revoked,
  };
}

function accountDto(call: Call, account: ServiceAccount): unknown {
  return {
    id: account.id,
    uid: account.uid,
    name: account.name,
    login: account.login,
    orgId: call.org.id,
    isDisabled: account.isDisabled,
    ...(account.isExternal ? { isExternal: true } : {}),
    role: account.role,
    tokens: tokensOf(call, account).length,
    avatarUrl: '/avatar/0',
    accessControl: { 'serviceaccounts:read': true },
  };
}
