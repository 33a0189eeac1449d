/** What a run needs to know of an image. */
export interface RunnableImage {
  /** The project, read-only. */
  readonly tree: string;
  /** Of its environment; absolute. */
  readonly python: string;
  /** What its Dockerfile says with ENV. */
  readonly env: Readonly<Record<string, string>>;
}
