/** The key under which GraphiQL keeps the ratio of the widths of editor and answer. */
const SHARE = "graphiql:editorFlex";
/** In halves, a window of this width shows the longest line of the story's text. */
const WIDE = 1_300;

/** Gives the editor of a narrow window what the first tab needs to be read; what the reader has dragged is left alone. */
export function shareWidth(): void {
  if (innerWidth < WIDE && localStorage.getItem(SHARE) === null) localStorage.setItem(SHARE, "2");
}
