import { describe, expectTypeOf, it } from 'vitest';
import { type Calendar, createCalendar, type Target } from '../../src/calendar/index.js';
import { parseNotices } from '../../src/calendar/notices/index.js';
import {
  type Catalog,
  type CatalogExtension,
  createSelfInfoClient,
  defineService,
  type Environment,
  extendCatalog,
  latest,
  type SelfInfoClient,
  type Service,
} from '../../src/index.js';

declare const environment: Environment;

const catalog = extendCatalog({
  servers: [
    { id: 'moj', ja: '法務省', holder: { ja: '法務省', en: 'Ministry' }, hours: 'unknown' },
  ],
  details: [
    {
      id: 'family-register',
      ja: '戸籍',
      en: 'family register',
      category: 'household',
      holders: ['moj', { server: 'municipal', until: '2027-04-01' }],
    },
  ],
  items: [
    { code: 'TM00000000000108', ja: '戸籍関係情報', details: ['family-register', 'household'] },
  ],
});
const base = {
  name: '相続手続の受付',
  purpose: { id: 'inheritance', text: '相続手続のため' },
  retention: { days: 30 },
} as const;
const register = { inquiries: ['latest'], latestBy: '異動日' } as const;
const service = defineService(
  { ...base, items: { register: { detail: 'family-register', holders: ['moj'], ...register } } },
  catalog,
);
const calendar = createCalendar({}, catalog);

describe('an extension', () => {
  it('has a compile error for a holder or a detail that does not exist', () => {
    const detail = { id: 'x', ja: '戸籍', en: 'x', category: 'household' } as const;
    extendCatalog({
      // @ts-expect-error no such server
      details: [{ ...detail, holders: ['moi'] }],
    });
    extendCatalog({
      // @ts-expect-error no such server
      details: [{ ...detail, holders: [{ server: 'moi' }] }],
    });
    const item = { code: 'TM00000000000108', ja: '戸籍関係情報' } as const;
    extendCatalog({
      // @ts-expect-error no such detail
      items: [{ ...item, details: ['household', 'family-regster'] }],
    });
  });

  it('may be loaded as data, which is checked at run time', () => {
    const loaded = extendCatalog(JSON.parse('{}') as CatalogExtension);
    expectTypeOf(loaded).toExtend<Catalog>();
    createCalendar({}, loaded).status('anything');
  });
});

describe('a service of an extended catalogue', () => {
  it('has a compile error for a typo in a detail or a holder', () => {
    defineService(
      {
        ...base,
        items: {
          register: {
            // @ts-expect-error no such detail
            detail: 'family-regster',
            ...register,
          },
        },
      },
      catalog,
    );
    defineService(
      {
        ...base,
        items: {
          register: {
            detail: 'family-register',
            // @ts-expect-error no such server
            holders: ['moi'],
            ...register,
          },
        },
      },
      catalog,
    );
  });

  it('needs the catalogue that has its detail', () => {
    defineService({
      ...base,
      items: {
        register: {
          // @ts-expect-error not in table 2.5-5
          detail: 'family-register',
          ...register,
        },
      },
    });
  });

  it('is accepted wherever any service is', () => {
    const open = <S extends Service>(any: S): SelfInfoClient<S> =>
      createSelfInfoClient({ service: any, environment });
    const client = open(service);
    const inquire = () => client.query({} as never, { register: latest() });
    expectTypeOf(inquire).toBeFunction();
    createSelfInfoClient({ service, environment, calendar });
    createSelfInfoClient({ service, environment, calendar: () => calendar });
  });
});

describe('a calendar of an extended catalogue', () => {
  it('takes the added details and servers, and no others', () => {
    calendar.status('family-register@moj');
    calendar.isOpen({ server: 'moj' });
    calendar.segments({ allOf: ['family-register', 'pension'] }, '2026-12-01', '2026-12-02');
    // @ts-expect-error no such detail
    calendar.status('family-regster');
    // @ts-expect-error not in table 2.5-5
    createCalendar().status('family-register');
    createCalendar({ servers: { moj: { from: '2027-01-01', hours: 'always' } } }, catalog);
    // @ts-expect-error no such server
    createCalendar({ servers: { moi: { from: '2027-01-01', hours: 'always' } } }, catalog);
  });

  it('takes what the parser reads against the same catalogue', () => {
    const { announcements } = parseNotices('', { publishedAt: '2026-08-20' }, catalog);
    calendar.with(announcements);
    calendar.withFeed('page', parseNotices('', { publishedAt: '2026-08-20' }).announcements, 0);
  });

  it('is a calendar of any catalogue', () => {
    expectTypeOf(calendar).toExtend<Calendar<Catalog>>();
    expectTypeOf(createCalendar()).toExtend<Calendar<Catalog>>();
    expectTypeOf<Target>().toExtend<Target<typeof catalog>>();
    // The holders of a status are servers of the catalogue.
    for (const { server } of calendar.status('pension').holders ?? [])
      calendar.status(`pension@${server}`);
  });
});
