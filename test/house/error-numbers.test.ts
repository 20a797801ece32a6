import { describe, expect, it } from 'vitest';
import { citizenErrors } from '../../src/index.js';
import { OTHER_NUMBER, pageErrors } from '../../src/sandbox/pages/error-numbers.js';

// Written out by hand, and frozen: service desks look these numbers up. Never change or remove a
// line. A new code gets a new number.
const frozen = `
E-101 consent_declined
E-102 callback_rejected
E-103 token_refused
E-104 grant_expired
E-105 grant_used
E-111 not_a_navigation
E-112 callback_too_large
E-113 state_missing
E-114 state_mismatch
E-115 duplicate_parameter
E-116 issuer_mismatch
E-117 invalid_response
E-121 server_error
E-122 temporarily_unavailable
E-201 connection_failed
E-202 server_not_trusted
E-203 certificate_refused
E-204 proxy_refused
E-205 connection_closed
E-206 answer_lost
E-207 timed_out
E-208 aborted
E-209 response_invalid
E-210 internal_error
E-211 codec_failed
E-212 process_mismatch
E-213 overloaded
E-214 upstream_refused
E-215 upstream_unavailable
E-216 upstream_failed
E-217 signing_failed
E-301 record_invalid
E-302 number_inexact
E-303 answer_contradictory
E-304 not_answered
E-305 unspecified
E-306 unrecognised
E-307 portal_failure
E-311 retrieval_gone
E-312 retention_ended
E-321 unknown_item
E-322 inquiry_not_registered
E-323 latest_not_declared
E-324 foreign_grant
E-325 invalid_retrieval
E-326 profile_unknown
E-327 client_closed
E-601 store_key_exists
E-602 store_full
E-603 store_failed
E-611 foreign_answer
E-612 reference_unknown
E-613 data_erased
E-614 purpose_refused
E-615 record_damaged
E-616 format_unsupported
E-617 key_unknown
E-618 key_unavailable
E-619 clock_jumped
E-701 unknown_option
E-702 missing_option
E-703 invalid_option
E-704 package_missing
E-705 package_unusable
E-706 unsupported_runtime
E-707 invalid_environment
E-708 invalid_profile
E-709 unverified_profile
E-710 item_code_required
E-711 injected_transport_refused
E-712 insecure_tls
E-713 invalid_credential
E-714 key_certificate_mismatch
E-715 unknown_detail
E-716 unknown_server
E-717 not_a_holder
E-718 invalid_date
E-719 invalid_instant
E-720 range_reversed
E-721 outside_calendar
E-722 sandbox_refused
E-901 kiosk_action_refused
`;

const frozenOnPages = `
E-801 form_expired
E-802 consent_not_ticked
E-803 card_not_chosen
E-804 pin_not_four_digits
E-805 pin_wrong
E-806 certificate_expired
E-807 card_locked
E-811 unknown_client
E-812 redirect_uri_not_registered
E-813 missing_parameter
E-814 doubled_parameter
E-815 broken_encoding
E-816 request_uri_unknown
E-817 unknown_route
E-821 app_not_installed
E-822 reader_not_found
E-823 card_not_read
`;

const lines = (rows: readonly { readonly number: string; readonly code: string }[]) =>
  `\n${rows.map(({ number, code }) => `${number} ${code}\n`).join('')}`;

const onPages = Object.entries(pageErrors).map(([code, row]) => ({ code, ...row }));

describe('the error numbers', () => {
  it('of explain are frozen', () => {
    expect(lines(citizenErrors)).toBe(frozen);
  });

  it('of the consent pages are frozen', () => {
    expect([lines(onPages), OTHER_NUMBER]).toEqual([frozenOnPages, 'E-810']);
  });

  it('never occur twice', () => {
    const numbers = [...citizenErrors, ...onPages].map(({ number }) => number);
    expect(new Set([...numbers, OTHER_NUMBER]).size).toBe(numbers.length + 1);
  });

  it('tell the service desk what each means, in Japanese and in English', () => {
    for (const { ja, en } of [...citizenErrors, ...onPages]) {
      expect(ja).toMatch(/^[^a-z_]{10,}。$/);
      expect(en).toMatch(/^[A-Z][ -~]{20,}[.]$/);
    }
  });
});
