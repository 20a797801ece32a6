import { personas } from '../../src/sandbox/index.js';

const FORM =
  /<form method="post" action="([^"]+)"[^>]*><input type="hidden" name="form" value="([^"]+)">/;

/**
 * Does what the citizen does on the pages of a sandbox in another process. Returns the URL of the
 * callback.
 */
export async function visitByHttp(
  url: string,
  decision: 'agree' | 'decline' = 'agree',
): Promise<string> {
  const [persona] = personas;
  let response = await fetch(url);
  for (const answers of [
    { agree: 'yes' },
    { persona: persona?.id ?? '', pin: persona?.pin ?? '' },
  ]) {
    const [, action = '', form = ''] = FORM.exec(await response.text()) ?? [];
    response = await fetch(new URL(action, url), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ form, decision, ...answers }),
    });
    const location = response.headers.get('location');
    if (location !== null) return location;
  }
  throw new Error(`no callback: ${response.status}`);
}
