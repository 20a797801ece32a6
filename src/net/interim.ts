import type { Socket } from 'node:net';

/**
 * Lets undici discard a response 100 (Continue) that nobody asked for, as RFC 9110, 15.2.1, has it.
 * undici discards the other interim responses, but closes the connection at a 100. So the filter
 * turns a 100 into a 103 in the bytes of the socket, and undici still validates all of them.
 */
export interface InterimFilter {
  /** Filters what is read from a socket. */
  watch(socket: Socket): void;
  /** Expects the response to a call. Bytes that come at other times pass unread. */
  expectResponse(): void;
}

/** The length of the part of a status line that ends with the status. */
const STATUS_LENGTH = 'HTTP/1.1 100'.length;
const BLANK_LINE = '\r\n\r\n';

/** Creates the filter of one client, which has one socket after the other. */
export function createInterimFilter(): InterimFilter {
  let expecting = false;
  // The status line up to the status, as far as it has come.
  let line = '';
  // How much of the blank line has come that ends the head of an interim response.
  let ended = 0;

  function filter(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && expecting; at++) {
      const char = String.fromCharCode(bytes[at] as number);
      if (line.length === STATUS_LENGTH) {
        ended = char === BLANK_LINE[ended] ? ended + 1 : Number(char === BLANK_LINE[0]);
        if (ended === BLANK_LINE.length) line = '';
        // Empty lines may come before a response.
      } else if (line !== '' || !BLANK_LINE.includes(char)) {
        line += char;
        if (line.length === STATUS_LENGTH) bytes[at] = readStatus(bytes[at] as number);
      }
    }
  }

  /** Returns the last digit of the status as undici may read it. */
  function readStatus(digit: number): number {
    ended = 0;
    expecting = /^HTTP\/1\.\d 1\d\d$/.test(line);
    return expecting && line.endsWith('100') ? '3'.charCodeAt(0) : digit;
  }

  return {
    watch(socket) {
      const read = socket.read.bind(socket);
      socket.read = (size?: number) => {
        const bytes: unknown = read(size);
        if (Buffer.isBuffer(bytes)) filter(bytes);
        return bytes;
      };
    },
    expectResponse() {
      expecting = true;
      line = '';
    },
  };
}
