export interface Cell {
  readonly source: string;
  readonly tags?: readonly string[];
}

/** A notebook (4.5) of code cells. */
export function notebook(...cells: (string | Cell)[]): string {
  const whole = cells.map((cell) => (typeof cell === "string" ? { source: cell } : cell));
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: whole.map(({ source, tags = [] }, index) => ({
      id: `cell-${index}`,
      cell_type: "code",
      metadata: { tags },
      execution_count: null,
      outputs: [],
      source,
    })),
  });
}
