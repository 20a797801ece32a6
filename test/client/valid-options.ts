import { createAuthority } from '../kit/certificates.js';
import { CLIENT_ID, REDIRECT_URI } from '../kit/loan.js';
import { changedProfile, confirmProfile } from '../kit/profiles.js';

/** Copies data with one change: `a.b.0` is a path, and undefined deletes the key. */
export function changed(base: unknown, path: string, value: unknown): never {
  const [key = '', ...rest] = path.split('.');
  const copy = (Array.isArray(base) ? [...base] : { ...(base as object) }) as Record<
    string,
    unknown
  >;
  if (rest.length > 0) copy[key] = changed(copy[key], rest.join('.'), value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy as never;
}

/** A valid service, before `defineService`. */
export const validSpec = {
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest'],
      latestBy: '課税年度',
    },
    pension: { detail: 'pension', holders: ['pension-service'], inquiries: ['range'] },
  },
} as const;

export const authority = await createAuthority();

export const { ca } = authority;

export const tls = await authority.issue(CLIENT_ID);

/** Valid options of every environment. */
export const site = {
  clientId: CLIENT_ID,
  redirectUri: REDIRECT_URI,
  endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
  issuer: 'https://portal.example',
  ca,
};

/** A profile with every entry and function confirmed by the specification. */
export const confirmed = confirmProfile(changedProfile({}, 'confirmed-1'));
