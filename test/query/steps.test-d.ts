import { describe, expectTypeOf, it } from 'vitest';
import {
  type Answer,
  defineService,
  type FetchAnswerOptions,
  fetchAnswer,
  latest,
  type ProcessHandle,
  pointInTime,
  type RequestAnswerOptions,
  range,
  requestAnswer,
  type Sensitive,
} from '../../src/index.js';

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: { detail: 'local-tax', inquiries: ['latest', 'range'], latestBy: '課税年度' },
    household: { detail: 'household', inquiries: ['point-in-time', 'latest'], latestBy: '異動日' },
  },
});
type Asked = typeof service;
declare const sent: Omit<RequestAnswerOptions<Asked>, 'service' | 'inquiries'>;
declare const polled: Omit<FetchAnswerOptions<Asked>, 'service'>;

describe('requestAnswer', () => {
  it('returns a handle that hides a text', () => {
    expectTypeOf(
      requestAnswer({ ...sent, service, inquiries: latest() }),
    ).resolves.toEqualTypeOf<ProcessHandle>();
    expectTypeOf<ProcessHandle>().toEqualTypeOf<Sensitive<string>>();
  });

  it('takes one inquiry that every item allows, or one per item', () => {
    void requestAnswer({
      ...sent,
      service,
      inquiries: { household: pointInTime('2026-04-01'), income: latest() },
    });
    // @ts-expect-error the household has no range
    void requestAnswer({ ...sent, service, inquiries: range('2026-01-01', '2026-02-01') });
    // @ts-expect-error the income has no point in time
    void requestAnswer({ ...sent, service, inquiries: { income: pointInTime('2026-04-01') } });
    // @ts-expect-error no such item
    void requestAnswer({ ...sent, service, inquiries: { income: latest(), pension: latest() } });
  });
});

describe('fetchAnswer', () => {
  it('returns the answer of the service once it is done, and nothing before', async () => {
    const fetched = await fetchAnswer({ ...polled, service });
    // @ts-expect-error there may be no answer yet
    void fetched.answer;
    if (fetched.status === 'done') expectTypeOf(fetched.answer).toEqualTypeOf<Answer<Asked>>();
    if (fetched.status === 'running') expectTypeOf(fetched.retryAt).toEqualTypeOf<string>();
  });
});
