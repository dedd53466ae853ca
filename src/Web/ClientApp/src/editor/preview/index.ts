export { ConsoleView, type ConsoleViewOptions } from './console-view.ts';
export { Preview, type PreviewOptions } from './preview.ts';
export type { ConsoleLine, PreviewState, Problem, ProjectFile, SourcePlace } from './types.ts';
