export {
  type CompareOptions,
  compareWithProfile,
  type ProfileComparison,
} from './compare-profile.js';
export { compareShapes } from './compare-shapes.js';
export {
  describeDifferences,
  type ShapeDifference,
  type ShapeDifferenceKind,
} from './difference.js';
export { draftProfile } from './draft.js';
export type { TextPattern } from './patterns.js';
export { joinRecordings } from './read-recording.js';
export {
  createShapeRecorder,
  type ShapeMessage,
  type ShapeRecorder,
  type ShapeRecorderOptions,
} from './recorder.js';
export type {
  ListShape,
  MemberShape,
  MessageShape,
  ObjectShape,
  ShapeRecording,
  ShapeStep,
  ValueShape,
} from './shape.js';
