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

  it('takes announcements about the added details and servers, and about any item', () => {
    const said = {
      id: 'a',
      state: 'closed',
      start: '2026-10-17',
      end: '2026-10-19',
      announcedAt: '2026-10-01',
      source: '案内',
    } as const;
    createCalendar({ announced: [{ ...said, target: { detail: 'family-register' } }] }, catalog);
    createCalendar({ announced: [{ ...said, target: 'moj' }] }, catalog);
    calendar.with([{ ...said, target: 'all' }]);
    calendar.withFeed('page', [{ ...said, target: { item: 'TM00000000000031' } }], 0);
    // @ts-expect-error no such detail
    createCalendar({ announced: [{ ...said, target: { detail: 'family-regster' } }] }, catalog);
    // @ts-expect-error no such server
    createCalendar({ announced: [{ ...said, target: 'moi' }] }, catalog);
    // @ts-expect-error no such detail
    calendar.with([{ ...said, target: { detail: 'family-regster' } }]);
    // @ts-expect-error no code of an item
    calendar.withFeed('page', [{ ...said, target: { item: '31' } }], 0);
    // @ts-expect-error a server has no detail
    calendar.with([{ ...said, target: { server: 'moj' } }]);
    // @ts-expect-error not in table 2.5-5
    createCalendar().with([{ ...said, target: { detail: 'family-register' } }]);
    // @ts-expect-error no such state
    calendar.with([{ ...said, target: 'all', state: 'stopped' }]);
    // @ts-expect-error no such limit
    calendar.with([{ ...said, target: 'all', limit: 'first' }]);
  });

  it('takes plans, and items of the added details', () => {
    const plan = { source: '案内', from: '2026-10-01', to: '2026-11-01' } as const;
    const planned = createCalendar({ plans: [plan] }, catalog);
    planned.status({ detail: 'family-register', item: 'TM00000000000108' });
    planned.outlook('family-register@moj', { from: '2026-10-01', days: 7 });
    // @ts-expect-error no such detail
    planned.status({ detail: 'family-regster', item: null });
    // @ts-expect-error no such server
    planned.status({ server: 'moi' });
    // @ts-expect-error no such detail
    planned.outlook('family-regster', { from: '2026-10-01', days: 7 });
    // @ts-expect-error a plan has an end
    createCalendar({ plans: [{ source: '案内', from: '2026-10-01' }] }, catalog);
    // @ts-expect-error a plan has no target
    createCalendar({ plans: [{ ...plan, target: 'moj' }] }, catalog);
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
