import { setTimeout as wait } from 'node:timers/promises';
import { formatInstant } from '../../foundation/time.js';
import { consentHeaders } from '../../sandbox/portal/without-page.js';
import {
  type Browser,
  HostError,
  NoPortal,
  type Order,
  originOf,
  type Page,
  redirectOf,
} from './browser.js';
import type { PlayName } from './cases.js';
import { type Form, formsOf, refreshOf, visibleText } from './html.js';
import type { Actor, Stage } from './scene.js';

const TEN_MINUTES_MS = 600_000;
/** How long to watch whether a refused call is repeated. */
const WATCH_MS = 2_500;

/** How the cases are played. */
export const plays = {
  agree: async (stage: Stage) => void (await complete(stage)),
  async agreeAndWait(stage: Stage) {
    const actor = await complete(stage);
    await wait(WATCH_MS);
    await reload(stage, actor);
  },
  async decline(stage: Stage) {
    const actor = stage.actor(await stage.citizen());
    await land(stage, actor, await consent(stage, actor, { [consentHeaders.decision]: 'decline' }));
  },
  /** The citizen agrees, but the portal ends the consent. */
  async refused(stage: Stage) {
    const actor = stage.actor(await stage.citizen());
    await land(stage, actor, await consent(stage, actor));
  },
  async wrongPin(stage: Stage) {
    const citizen = await stage.citizen();
    const actor = stage.actor(citizen);
    const { id, pin } = citizen.persona;
    const wrong = pin === '0000' ? '0001' : '0000';
    const page = await openPortal(stage, actor, {
      ...personaOf(actor),
      [consentHeaders.pin]: wrong,
    });
    await land(stage, actor, await decide(actor, page, { decision: 'agree', persona: id, pin }));
    await settle(stage, actor);
  },
  async late(stage: Stage) {
    const actor = stage.actor(await stage.citizen());
    const page = await openPortal(stage, actor, {});
    await stage.moveClock(TEN_MINUTES_MS + 1_000);
    const ended = await decide(actor, page, { decision: 'agree', agree: 'yes' });
    await land(stage, actor, await decide(actor, ended, { decision: 'leave' }));
  },
  async announced(stage: Stage) {
    const now = await stage.control.now();
    const hour = 3_600_000;
    await stage.announce({
      ...{ id: 'evidence', target: 'all', state: 'closed' },
      ...{ start: formatInstant(now - hour), end: formatInstant(now + hour) },
      ...{ announcedAt: formatInstant(now - hour), source: 'evidence' },
    });
    const actor = stage.actor(await stage.citizen());
    const page = await openPortal(stage, actor, {});
    await land(stage, actor, await decide(actor, page, { decision: 'decline' }));
  },
  async replay(stage: Stage) {
    const actor = stage.actor(await stage.citizen());
    const callback = await consent(stage, actor);
    await land(stage, actor, callback);
    await settle(stage, actor);
    await land(stage, actor, callback);
    await land(stage, stage.actor(), callback);
  },
  async otherBrowser(stage: Stage) {
    const other = stage.actor();
    await openPortal(stage, other, {});
    const callback = await consent(stage, {
      browser: stage.actor().browser,
      citizen: await stage.citizen(),
    });
    await land(stage, other, callback);
    await land(stage, stage.actor(), callback);
  },
  async forged(stage: Stage) {
    const actor = stage.actor(await stage.citizen());
    const callback = await consent(stage, actor);
    const { state = '' } = parametersOf(callback);
    const forged = state.replaceAll(/[A-Za-z0-9]/g, (char) => (char === 'A' ? 'B' : 'A'));
    await land(stage, actor, changed(callback, { state: forged }));
    await land(stage, actor, changed(callback, { state: undefined }));
  },
  async bareError(stage: Stage) {
    const [uri = ''] = stage.client.redirectUris;
    const query = {
      error: 'access_denied',
      error_description: `${stage.echo}<b>${stage.echo}</b>`,
    };
    await land(stage, stage.actor(), changed({ url: new URL(uri) }, query));
  },
  async twoTabs(stage: Stage) {
    const actor = stage.actor(await stage.citizen());
    const first = await consent(stage, actor);
    const second = await consent(stage, actor);
    await land(stage, actor, second);
    await land(stage, actor, first);
  },
  async twoCitizens(stage: Stage) {
    const both = [stage.actor(await stage.citizen()), stage.actor(await stage.citizen())];
    const callbacks: Order[] = [];
    for (const actor of both) callbacks.push(await consent(stage, actor));
    await Promise.all(both.map((actor, index) => land(stage, actor, callbacks[index] as Order)));
    for (const actor of both) await settle(stage, actor);
    for (const actor of both) await reload(stage, actor);
  },
} satisfies Record<PlayName, (stage: Stage) => Promise<void>>;

/** Agrees, and collects the answer. */
async function complete(stage: Stage): Promise<Actor> {
  const actor = stage.actor(await stage.citizen());
  await land(stage, actor, await consent(stage, actor));
  await settle(stage, actor);
  return actor;
}

const personaOf = ({ citizen }: Actor) => ({ [consentHeaders.persona]: citizen?.persona.id ?? '' });

/** Goes from the start page of the host to the portal, and opens its first page. */
async function openPortal(
  stage: Stage,
  { browser }: Actor,
  headers: Readonly<Record<string, string>>,
): Promise<Page> {
  const { start, forms = [] } = stage.config;
  const isPortal = (url: URL) => originOf(url) === stage.portal;
  let page = await browser.follow(
    {
      url: new URL(start.url),
      ...(start.method && { method: start.method }),
      ...(start.fields && { fields: Object.entries(start.fields) }),
    },
    isPortal,
  );
  for (let step = 0; redirectOf(page) === undefined; step++) {
    const refresh = refreshOf(page.body);
    const form = refresh ?? choose(formsOf(page.body), forms[step]?.button);
    if (form === undefined || step === MOST_FORMS || page.status >= 400) throw new NoPortal(page);
    const order =
      typeof form === 'string'
        ? { url: new URL(form, page.url) }
        : filled(form, page, forms[step]?.fields);
    if (isPortal(order.url)) return openUrl(stage, browser, order.url, headers);
    page = await browser.follow(order, isPortal);
  }
  return openUrl(stage, browser, redirectOf(page) as URL, headers);
}
const MOST_FORMS = 10;

function openUrl(
  stage: Stage,
  browser: Browser,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Page> {
  const state = url.searchParams.get('state');
  if (state !== null) stage.secrets.add(state);
  return browser.open({ url, headers });
}

function choose(forms: readonly Form[], button: string | undefined): Form | undefined {
  return button === undefined
    ? forms[0]
    : forms.find(({ buttons }) => buttons.some((text) => text.includes(button)));
}

function filled(form: Form, { url }: Page, fields: Readonly<Record<string, string>> = {}): Order {
  const kept = form.fields.filter(([name]) => !Object.hasOwn(fields, name));
  if (!URL.canParse(form.action, url.href)) throw new HostError('invalid');
  return {
    url: new URL(form.action, url),
    method: form.method,
    fields: [...kept, ...Object.entries(fields)],
  };
}

/** Goes to the portal and consents without its pages. Returns the callback. */
async function consent(
  stage: Stage,
  actor: Actor,
  headers: Readonly<Record<string, string>> = {},
): Promise<Order> {
  const page = await openPortal(stage, actor, { ...personaOf(actor), ...headers });
  return callbackOf(stage, page);
}

/** Decides on a page of the portal. */
function decide(
  { browser }: Actor,
  page: Page,
  fields: Readonly<Record<string, string>>,
): Promise<Page> {
  const [form] = formsOf(page.body);
  if (form === undefined) throw new NoPortal(page);
  return browser.open(filled(form, page, fields));
}

/** Returns the callback that a response of the portal leads to. */
function callbackOf(stage: Stage, page: Page): Order {
  const redirect = redirectOf(page);
  const [form] = formsOf(page.body);
  if (redirect === undefined && form === undefined) throw new NoPortal(page);
  const order = redirect === undefined ? filled(form as Form, page) : { url: redirect };
  const { code, state } = parametersOf(order);
  for (const secret of [code, state]) if (secret !== undefined) stage.secrets.add(secret);
  return { ...order, fromPortal: true };
}

function parametersOf({ url, fields }: Order): Readonly<Record<string, string>> {
  return Object.fromEntries([...url.searchParams, ...(fields ?? [])]);
}

function changed(callback: Order, parameters: Readonly<Record<string, string | undefined>>): Order {
  const url = new URL(callback.url);
  const fields = callback.fields?.filter(([name]) => !(name in parameters));
  for (const [name, value] of Object.entries(parameters)) {
    if (fields !== undefined && value !== undefined) fields.push([name, value]);
    else if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return { ...callback, url, ...(fields && { fields }), fromPortal: true };
}

/** Opens a callback, and follows the host to the page on which it ends. */
async function land(stage: Stage, actor: Actor, callback: Order | Page): Promise<void> {
  const order = 'status' in callback ? callbackOf(stage, callback) : callback;
  stage.callbacks.add(order.url.href);
  actor.landing = await actor.browser.follow(order);
}

/** Reloads the page until the answer of the citizen has been collected and can be on it. */
async function settle(stage: Stage, actor: Actor): Promise<void> {
  const { citizen } = actor;
  if (citizen === undefined || !stage.collects) return;
  const end = Date.now() + stage.waitMs;
  for (let late = false; ; ) {
    if (citizen.holders.flat().some((mark) => shows(actor.landing, mark))) return;
    if (late || Date.now() > end) return;
    late = await stage.isCollected();
    if (!late) await wait(RELOAD_MS);
    await reload(stage, actor);
  }
}
const RELOAD_MS = 1_000;

/** Opens the page again on which a callback ended, or the one that is to show the result. */
async function reload(stage: Stage, actor: Actor): Promise<void> {
  const { landing, browser } = actor;
  if (landing === undefined) return;
  const refresh = refreshOf(landing.body);
  const { result = refresh && new URL(refresh, landing.url).href } = stage.config;
  const url = new URL(result ?? landing.url);
  if (!stage.callbacks.has(url.href)) actor.landing = await browser.follow({ url });
}

/** Returns whether a value is on a page, in any spelling. */
export function shows(page: Page | undefined, mark: string): boolean {
  if (page === undefined) return false;
  const text = `${visibleText(page.body)} ${page.body.normalize('NFKC')} ${decodeSafely(page.url.href)}`;
  return isIn(text.replaceAll(/(?<=\d)[,，\s](?=\d{3})/g, ''), mark);
}

function isIn(text: string, mark: string): boolean {
  if (!/^\d+$/.test(mark)) return text.includes(mark);
  return new RegExp(`(?<!\\d)${mark}(?!\\d)`).test(text);
}

/** Decodes a URL as far as it can be. */
export function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
