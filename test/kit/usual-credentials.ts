import { type Authority, type Credential, createAuthority } from './certificates.js';
import { CLIENT_ID } from './loan.js';
import { hideKey } from './register.js';

/** An authority, and what it issued to a portal at 127.0.0.1 and to its client. */
interface UsualCredentials {
  readonly authority: Authority;
  readonly server: Credential;
  readonly client: Credential;
}

let made: Promise<UsualCredentials> | undefined;

/**
 * Returns the credentials of a portal that needs no others. They are made once per worker, because
 * making them takes longer than most tests over a real connection.
 */
export async function usualCredentials(): Promise<UsualCredentials> {
  made ??= make();
  const credentials = await made;
  // The register forgets its secrets after every file.
  for (const { key } of [credentials.server, credentials.client]) hideKey(key);
  return credentials;
}

async function make(): Promise<UsualCredentials> {
  const authority = await createAuthority();
  return {
    authority,
    server: await authority.issue('portal', { ip: '127.0.0.1' }),
    client: await authority.issue(CLIENT_ID),
  };
}
