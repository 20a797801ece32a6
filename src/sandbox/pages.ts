import { createHash } from 'node:crypto';
import { details } from '../catalog/index.js';
import { publicProfile } from '../profile.js';
import { dayOf, formatDay } from '../time.js';
import type { Persona } from './personas.js';
import type { Refusal } from './refusals.js';
import type { Authorization } from './state.js';

/** The language of a page. */
export type Language = 'ja' | 'en';

const texts = {
  ja: {
    portal: '見本のマイナポータル（サンドボックス。本物ではありません）',
    consentTitle: '自己情報の提供への同意',
    asks: (name: string) => `「${name}」が、次の自己情報の提供を求めています。`,
    items: '提供する自己情報',
    purpose: '利用目的',
    kept: '保持期間',
    keptUntil: (day: string, days: number) => `${day} の終わりまで（同意日の翌日から${days}日間）`,
    agreeBox: '上の内容を確認し、提供に同意します。',
    agree: '同意して次へ',
    decline: '同意しない',
    cardTitle: '本人確認',
    card: 'カードリーダに置くマイナンバーカード',
    born: (day: string) => `${day} 生`,
    samplePin: (pin: string) => `見本の暗証番号 ${pin}`,
    pin: '利用者証明用電子証明書の暗証番号（数字4桁）',
    confirm: '確認',
    cancel: '中止',
    errorTitle: '手続を続けられません',
  },
  en: {
    portal: 'Imitation Mynaportal (sandbox, not the real one)',
    consentTitle: 'Consent to hand over your information',
    asks: (name: string) => `“${name}” asks for the following information about you.`,
    items: 'Information handed over',
    purpose: 'Purpose',
    kept: 'Kept until',
    keptUntil: (day: string, days: number) => `the end of ${day} (${days} days after the day of consent)`,
    agreeBox: 'I have read the above and agree.',
    agree: 'Agree and continue',
    decline: 'Do not agree',
    cardTitle: 'Identity check',
    card: 'My Number card to put on the reader',
    born: (day: string) => `born ${day}`,
    samplePin: (pin: string) => `sample PIN ${pin}`,
    pin: 'PIN of the user certificate (4 digits)',
    confirm: 'Confirm',
    cancel: 'Cancel',
    errorTitle: 'This cannot be continued',
  },
} as const;

const STYLE =
  'body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1rem/1.7 system-ui,sans-serif}header,small{color:#555}dt{font-weight:bold}fieldset{margin:1rem 0}label{display:block;padding:.25rem 0}button{font:inherit;padding:.4rem 1.2rem;margin:.5rem .5rem 0 0}[role=alert]{color:#a00}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Japanese, unless the browser prefers English. */
export function languageOf(request: Request): Language {
  let best: { language: Language; weight: number } = { language: 'ja', weight: 0 };
  for (const part of (request.headers.get('accept-language') ?? '').toLowerCase().split(',')) {
    const [tag = '', quality] = part.trim().split(/\s*;\s*q=/);
    const weight = quality === undefined ? 1 : Number(quality);
    const language = /^ja\b/.test(tag) ? 'ja' : /^en\b/.test(tag) ? 'en' : undefined;
    if (language !== undefined && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** Page 1: who asks, for what, to what end, kept how long. */
export function consentPage(language: Language, { client, redirectUri }: Authorization, form: string, nowMs: number, problem?: Refusal): Response {
  const text = texts[language];
  const asked = new Set([...client.items.values()].map((item) => item.detail));
  const names = details.filter((detail) => asked.has(detail.id)).map((detail) => `<li>${html(detail[language])}</li>`);
  const keptUntil = text.keptUntil(formatDay(dayOf(nowMs) + client.retentionDays), client.retentionDays);
  return page(language, text.consentTitle, {
    problem,
    redirectUri,
    body: `<p>${html(text.asks(client.name))}</p>
<dl><dt>${text.items}</dt><dd><ul>${names.join('')}</ul></dd>
<dt>${text.purpose}</dt><dd>${html(client.purpose)}</dd>
<dt>${text.kept}</dt><dd>${keptUntil}</dd></dl>
${formStart(form)}
<label><input type="checkbox" name="agree" value="yes" required> ${text.agreeBox}</label>
${button('agree', text.agree)}${button('decline', text.decline)}
</form>`,
  });
}

/** Page 2: the card and its PIN. */
export function cardPage(language: Language, { redirectUri }: Authorization, form: string, personas: Iterable<Persona>, problem?: Refusal): Response {
  const text = texts[language];
  const cards = [...personas].map(
    ({ id, name, birthDate, pin }) =>
      `<label><input type="radio" name="persona" value="${html(id)}" required> ${html(name)}${
        birthDate === undefined ? '' : ` ${text.born(birthDate)}`
      } <small>${text.samplePin(pin)}</small></label>`,
  );
  return page(language, text.cardTitle, {
    problem,
    redirectUri,
    body: `${formStart(form)}
<fieldset><legend>${text.card}</legend>
${cards.join('\n')}
</fieldset>
<label>${text.pin} <input name="pin" type="password" inputmode="numeric" pattern="[0-9]{4}" maxlength="4" autocomplete="off" required></label>
${button('agree', text.confirm)}${button('decline', text.cancel)}
</form>`,
  });
}

/** A refusal that must not be sent to any redirect URI. */
export function errorPage(language: Language, problem: Refusal): Response {
  return page(language, texts[language].errorTitle, { problem, body: '' });
}

/** Text as HTML. */
export function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function formStart(form: string): string {
  return `<form method="post" action="${publicProfile.paths.authorization.value}" accept-charset="utf-8"><input type="hidden" name="form" value="${form}">`;
}

function button(decision: 'agree' | 'decline', text: string): string {
  return `<button name="decision" value="${decision}"${decision === 'decline' ? ' formnovalidate' : ''}>${text}</button>`;
}

interface PageParts {
  readonly body: string;
  readonly problem?: Refusal | undefined;
  /** Where the page's form may end: browsers apply form-action to the redirect after it, too. */
  readonly redirectUri?: string;
}

/** A page of the sandbox, without script and without anything from elsewhere. */
export function page(language: Language, title: string, { body, problem, redirectUri }: PageParts): Response {
  const alert =
    problem === undefined
      ? ''
      : `<p role="alert">${html(language === 'ja' ? problem.descriptionJa : problem.description)} <code>${problem.reason}</code></p>\n`;
  const formAction = redirectUri === undefined ? "'none'" : `'self' ${new URL(redirectUri).origin}`;
  return new Response(
    `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body>
<header>${texts[language].portal}</header>
<main>
<h1>${title}</h1>
${alert}${body}
</main>
</body>
</html>
`,
    {
      status: problem?.status ?? 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      },
    },
  );
}
