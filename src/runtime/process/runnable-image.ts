/** The facts about an image that a run needs. */
export interface RunnableImage {
  /** The project, read-only. */
  readonly tree: string;
  /** Of its environment; absolute. */
  readonly python: string;
  /** The variables that its Dockerfile sets by ENV. */
  readonly env: Readonly<Record<string, string>>;
}
