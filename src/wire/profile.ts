import type { WireCodec } from './codec.js';
import type { WireProfileData } from './data.js';

/**
 * All assumptions about the wire: data with a confidence per entry, and the codec that turns it
 * into HTTP messages. Where only names differ, change the data and keep `publicCodec`.
 */
export interface WireProfile extends WireProfileData {
  readonly codec: WireCodec;
}
