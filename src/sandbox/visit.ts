import { SelfInfoError } from '../foundation/errors.js';
import { checkKeys, checkText } from '../foundation/options.js';
import type { Persona } from './personas/persona.js';

/** What the citizen does on the pages. */
export interface VisitOptions {
  /** The id of the persona whose card is put on the reader. */
  readonly persona: string;
  /** The PIN typed in. Default: the right one. */
  readonly pin?: string;
  /** Default: `agree`. */
  readonly decision?: 'agree' | 'decline';
}

/** A citizen without a browser: fills in the very pages a browser would get. */
export function createVisit(
  fetch: (request: Request) => Promise<Response>,
  personas: ReadonlyMap<string, Persona>,
) {
  return async function visit(url: string | URL, options: VisitOptions): Promise<string> {
    checkKeys(options, 'options', { persona: true, pin: true, decision: true });
    checkText(options.persona, 'options.persona');
    const persona = personas.get(options.persona);
    if (persona === undefined) {
      const known = [...personas.keys()].join(', ');
      throw new SelfInfoError('invalid_option', {
        path: 'options.persona',
        expected: { en: `One of ${known}.`, ja: `${known} のいずれかです。` },
      });
    }
    const { pin = persona.pin, decision = 'agree' } = options;
    checkText(pin, 'options.pin');
    if (decision !== 'agree' && decision !== 'decline') {
      throw new SelfInfoError('invalid_option', {
        path: 'options.decision',
        expected: { en: 'agree or decline.', ja: 'agree か decline です。' },
      });
    }
    const { username, password } = URL.canParse(String(url))
      ? new URL(url)
      : { username: undefined };
    // A request would quote what it cannot be made of.
    if (username !== '' || password !== '') {
      throw new SelfInfoError('invalid_option', {
        path: 'url',
        expected: {
          en: 'An absolute URL without user name and password.',
          ja: 'ユーザー名とパスワードを含まない絶対URLで指定してください。',
        },
      });
    }
    const headers = { 'accept-language': 'en' };
    const answer = async (page: string, answers: Record<string, string>) => {
      const form =
        /<form method="post" action="([^"]+)"[^>]*><input type="hidden" name="form" value="([^"]+)">/.exec(
          page,
        );
      const [, action = '', id = ''] = form ?? [];
      return fetch(
        new Request(new URL(action, url), {
          method: 'POST',
          headers,
          body: new URLSearchParams({ form: id, ...answers }),
        }),
      );
    };
    let response = await fetch(new Request(url, { headers }));
    for (const answers of [{ agree: 'yes' }, { persona: persona.id, pin }]) {
      if (response.status !== 200) break;
      response = await answer(await response.text(), { decision, ...answers });
    }
    let page = await response.text();
    if (page.includes(LEAVE)) {
      response = await answer(page, { decision: 'leave' });
      page = await response.text();
    }
    const callback = response.headers.get('location');
    if (callback !== null) return callback;
    const [, said = 'No page of this sandbox led to a callback: is the URL one of its own?'] =
      /role="alert">(.*?)<\/p>/.exec(page) ?? [];
    const text = said
      .replace(/ <code>(.*)<\/code>/, ' ($1)')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
    throw new SelfInfoError('sandbox_refused', { expected: { en: text, ja: text } });
  };
}

/** On a page that leaves only the way back. */
const LEAVE = 'name="decision" value="leave"';
