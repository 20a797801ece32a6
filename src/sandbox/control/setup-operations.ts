import { array, optional, strictObject, string } from 'zod';
import type { Catalog } from '../../catalog/catalog.js';
import { checked } from '../problems.js';
import { connectionSchema } from './connection.js';
import { announcementSchema, noticesSchema, readNoticesSchema } from './news-schemas.js';
import type { Operation } from './operation.js';
import { registeredSchema, registrationSchema } from './registration-schema.js';

/** Returns the operations on registrations. */
export function registrationOperations(catalog: Catalog): readonly Operation[] {
  const registered = registeredSchema(catalog);
  const schema = registrationSchema(catalog);
  const one = '/registrations/{clientId}';
  return [
    {
      ...{ id: 'listRegistrations', method: 'GET', path: '/registrations' },
      ...{ summary: 'Returns the registrations, without secrets.', response: array(registered) },
      run: ({ control }) => control.listRegistrations(),
    },
    {
      ...{ id: 'putRegistration', method: 'PUT', path: one, response: registered },
      summary: 'Adds a registration, or replaces the one with this client id.',
      body: schema.partial({ clientId: true }),
      run({ control, path, body }) {
        const registration = { ...Object(body), clientId: path.clientId };
        checked((problems) => problems.parse(schema, registration, 'registration'));
        return control.putRegistration(registration);
      },
    },
    {
      ...{ id: 'deleteRegistration', method: 'DELETE', path: one },
      summary: 'Removes a registration.',
      run: ({ control, path }) => control.deleteRegistration(path.clientId ?? ''),
    },
    {
      ...{ id: 'getConnection', method: 'GET', path: '/connection', response: connectionSchema },
      summary: 'Returns what a client needs, with certificate and key. Default: the first client.',
      query: strictObject({ clientId: optional(string()) }),
      run: ({ connect, query }) => connect(query.clientId),
    },
  ];
}

/** Returns the operations on announcements and notices. */
export function newsOperations(catalog: Catalog): readonly Operation[] {
  const announcements = array(announcementSchema(catalog));
  const read = readNoticesSchema(catalog);
  return [
    {
      ...{ id: 'listAnnouncements', method: 'GET', path: '/announcements' },
      ...{ summary: 'Returns the announcements of the control.', response: announcements },
      run: ({ control }) => control.listAnnouncements(),
    },
    {
      ...{ id: 'putAnnouncements', method: 'PUT', path: '/announcements', body: announcements },
      ...{ summary: 'Replaces the announcements of the control.', response: announcements },
      run({ control, body }) {
        checked((problems) => problems.parseList(announcements, body, 'announcements'));
        control.putAnnouncements(body);
        return control.listAnnouncements();
      },
    },
    {
      ...{ id: 'listNotices', method: 'GET', path: '/notices', response: read },
      summary: 'Returns the notices of outages, and what was understood of them.',
      run: ({ control }) => control.listNotices(),
    },
    {
      ...{ id: 'putNotices', method: 'PUT', path: '/notices', body: noticesSchema },
      ...{ summary: 'Replaces the notices of outages, and applies what they say.', response: read },
      run: ({ control, body }) => control.putNotices(body),
    },
  ];
}
