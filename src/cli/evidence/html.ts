/** A form of a page, filled in as the page shows it. */
export interface Form {
  readonly action: string;
  readonly method: 'GET' | 'POST';
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The texts of its buttons. */
  readonly buttons: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', yen: '¥' },
};

function decode(text: string): string {
  return text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (all, hex, dec, name) => {
    const point = hex ? Number.parseInt(hex, 16) : Number(dec);
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
    return point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
}

const HIDDEN = /<!--.*?-->|<(script|style|template|head)\b.*?<\/\1\s*>/gis;

/** Returns what a person reads on a page. */
export function visibleText(html: string): string {
  const body = html.replaceAll(HIDDEN, ' ').replaceAll(/<[^>]*>/g, ' ');
  return decode(body).normalize('NFKC').replaceAll(/\s+/g, ' ').trim();
}

/** Returns the first heading of a page; '' if it has none. */
export function headingOf(html: string): string {
  return visibleText(/<h1\b[^>]*>(.*?)<\/h1>/is.exec(html)?.[1] ?? '');
}

function attributesOf(tag: string): Readonly<Record<string, string>> {
  const found = tag.matchAll(/([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g);
  const named = [...found].map(([, name = '', ...values]) => [
    name.toLowerCase(),
    decode(values.find((value) => value !== undefined) ?? ''),
  ]);
  return Object.fromEntries(named.reverse());
}

/** Returns where a page sends the browser on by itself. */
export function refreshOf(html: string): string | undefined {
  for (const [, tag = ''] of html.matchAll(/<meta\b([^>]*)>/gi)) {
    const { 'http-equiv': kind = '', content = '' } = attributesOf(tag);
    const [, url] = /^[\d.\s]*[;,]\s*url\s*=\s*['"]?([^'"]+)/i.exec(content) ?? [];
    if (kind.toLowerCase() === 'refresh' && url !== undefined) return url.trim();
  }
  return undefined;
}

/** Returns the forms of a page. */
export function formsOf(html: string): readonly Form[] {
  const shown = html.replaceAll(/<!--.*?-->|<(script|style)\b.*?<\/\1\s*>/gis, ' ');
  return [...shown.matchAll(/<form\b([^>]*)>(.*?)<\/form\s*>/gis)].map(
    ([, tag = '', body = '']) => {
      const { action = '', method = 'get' } = attributesOf(tag);
      const buttons = [...body.matchAll(/<button\b[^>]*>(.*?)<\/button/gis)].map(([, text = '']) =>
        visibleText(text),
      );
      return {
        action,
        method: method.toLowerCase() === 'post' ? 'POST' : 'GET',
        fields: [...inputsOf(body), ...choicesOf(body)],
        buttons,
      };
    },
  );
}

function inputsOf(body: string): (readonly [string, string])[] {
  return [...body.matchAll(/<input\b([^>]*)>/gi)].flatMap(([, tag = '']) => {
    const given = attributesOf(tag);
    const { name = '', type = 'text', value } = given;
    const box = /^(checkbox|radio)$/i.test(type);
    if (name === '' || /^(submit|button|image|reset|file)$/i.test(type)) return [];
    if ('disabled' in given || (box && !('checked' in given))) return [];
    return [[name, value ?? (box ? 'on' : '')] as const];
  });
}

function choicesOf(body: string): (readonly [string, string])[] {
  const lists = [...body.matchAll(/<select\b([^>]*)>(.*?)<\/select/gis)].map(
    ([, tag = '', inner = '']) => {
      const options = [...inner.matchAll(/<option\b([^>]*)>([^<]*)/gi)].map(
        ([, at = '', text]) => ({
          value: visibleText(text ?? ''),
          ...attributesOf(at),
        }),
      );
      const chosen = options.find((option) => 'selected' in option) ?? options[0];
      return [attributesOf(tag).name ?? '', chosen?.value ?? ''] as const;
    },
  );
  const areas = [...body.matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea/gis)].map(
    ([, tag = '', text = '']) => [attributesOf(tag).name ?? '', decode(text)] as const,
  );
  return [...lists, ...areas].filter(([name]) => name !== '');
}
