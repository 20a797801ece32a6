import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { CALLBACK_FORM } from './pages/callback.js';
import { findPersona, type Persona } from './personas/persona.js';

/** What the citizen does on the pages. */
export interface VisitOptions {
  /** The id of the persona whose card is put on the reader. */
  readonly persona: string;
  /** The PIN that the citizen enters. Default: the right one. */
  readonly pin?: string;
  /** Default: `agree`. */
  readonly decision?: 'agree' | 'decline';
}

type Fetch = (request: Request) => Promise<Response>;
type Answers = Readonly<Record<string, string>>;

/** The requests that open the consent of a visit. No caller can make one. */
const visits = new WeakSet<Request>();

/** Returns whether a request opens the consent of a visit, whose options say who consents and how. */
export function opensVisit(request: Request): boolean {
  return visits.has(request);
}

/** The pages are read in English, so that the error of a refused visit is English. */
const HEADERS = { 'accept-language': 'en' };

/**
 * Walks a citizen through the consent without a browser: fills in the same pages that a browser
 * gets. Returns the URL of the callback, or the request of one that is a POST.
 */
export async function visitConsent(
  fetch: Fetch,
  personas: ReadonlyMap<string, Persona>,
  url: string | URL,
  options: VisitOptions,
): Promise<string | Request> {
  const { persona, pin, decision } = checkVisit(options, personas);
  checkUrl(url);
  const opening = new Request(url, ownBag({ ...PLAIN, method: 'GET', headers: HEADERS }));
  visits.add(opening);
  let response = await fetch(opening);
  let page = await response.text();
  for (const answers of [{ agree: 'yes' }, { persona, pin }]) {
    if (response.status !== 200 || page.includes(CALLBACK_FORM)) break;
    response = await submitForm(fetch, url, page, { decision, ...answers });
    page = await response.text();
  }
  if (page.includes(LEAVE)) {
    response = await submitForm(fetch, url, page, { decision: 'leave' });
    page = await response.text();
  }
  const location = response.headers.get('location');
  if (location !== null) return location;
  if (!page.includes(CALLBACK_FORM)) throw refusalOf(page);
  return postedBy(page);
}

/** Returns the request that the form of a callback posts. */
function postedBy(page: string): Request {
  const [, form = ''] = page.split(CALLBACK_FORM);
  const [, action = ''] = /^"([^"]*)"/.exec(form) ?? [];
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = '', value = '']) => [unescapeHtml(name), unescapeHtml(value)] as const,
  );
  const body = new URLSearchParams(Object.fromEntries(fields));
  return new Request(unescapeHtml(action), ownBag<RequestInit>({ ...PLAIN, method: 'POST', body }));
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** The button of a page that leaves only the way back. */
const LEAVE = 'name="decision" value="leave"';

function checkVisit(
  options: VisitOptions,
  personas: ReadonlyMap<string, Persona>,
): Required<VisitOptions> {
  options = readKeys(options, 'options', {
    persona: true,
    pin: true,
    decision: true,
  } satisfies Record<keyof VisitOptions, true>);
  const persona = findPersona(personas, options.persona, 'options.persona');
  const { pin = persona.pin, decision = 'agree' } = options;
  checkText(pin, 'options.pin');
  if (decision !== 'agree' && decision !== 'decline') {
    throw invalidOption('options.decision', {
      en: 'It must be agree or decline.',
      ja: 'agree か decline を指定してください。',
    });
  }
  return { persona: persona.id, pin, decision };
}

// Otherwise the error of `new Request` would quote the URL.
function checkUrl(url: string | URL): void {
  const { username, password } = URL.canParse(String(url)) ? new URL(url) : { username: undefined };
  if (username === '' && password === '') return;
  throw invalidOption('url', {
    en: 'It must be an absolute URL without user name and password.',
    ja: 'ユーザー名とパスワードを含まない絶対URLで指定してください。',
  });
}

/** Node's `Request` reads an inherited `signal`, unless there is one of its own. */
const PLAIN = { signal: null } as const;

const FORM =
  /<form method="post" action="([^"]+)"[^>]*><input type="hidden" name="form" value="([^"]+)">/;

function submitForm(
  fetch: Fetch,
  url: string | URL,
  page: string,
  answers: Answers,
): Promise<Response> {
  const [, action = '', form = ''] = FORM.exec(page) ?? [];
  const body = new URLSearchParams({ form, ...answers });
  return fetch(
    new Request(new URL(action, url), ownBag({ ...PLAIN, method: 'POST', headers: HEADERS, body })),
  );
}

function refusalOf(page: string): SelfInfoError {
  const [, refusal = NO_CALLBACK] = / data-refusal="([^"]*)"/.exec(page) ?? [];
  const text = unescapeHtml(refusal);
  return new SelfInfoError('sandbox_refused', { expected: { en: text, ja: text } });
}

const NO_CALLBACK =
  'No page of this sandbox led to a callback. Check that the URL belongs to this sandbox.';
