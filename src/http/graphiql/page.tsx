import { useGraphiQL } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect, useState } from "react";
import { isAccepted, takeTokenOfAddress, TokenForm } from "./access.js";
import { createFetcher } from "./fetcher.js";
import { storyName, storyOf } from "./story.js";

type Access = "unknown" | "granted" | "asked";

/** GraphiQL with the story in its tabs; before it, where the server asks for a token, a form for it. */
export function Page() {
  const [access, setAccess] = useState<Access>("unknown");
  const [isReady, setReady] = useState(false);
  const [fetcher] = useState(createFetcher);
  const [story] = useState(() => storyOf(location.origin, storyName(), document.documentElement.dataset["runsIn"]));
  useEffect(() => {
    shareWidth();
    const look = async () => {
      takeTokenOfAddress();
      setAccess((await isAccepted()) ? "granted" : "asked");
    };
    void look();
    // Another address with a token, in a tab that is open.
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  if (access === "unknown") return null;
  if (access === "asked") return <TokenForm onAccepted={() => setAccess("granted")} />;
  return (
    <div className="graph" inert={!isReady}>
      <GraphiQL fetcher={fetcher} defaultTabs={story} defaultEditorToolsVisibility showPersistHeadersSettings={false}>
        <GraphiQL.Logo>Rocas</GraphiQL.Logo>
        <UntilEditors onCome={() => setReady(true)} />
      </GraphiQL>
    </div>
  );
}

/**
 * Tells when GraphiQL has all its editors. They are loaded after the page has come, and are then given the texts of the
 * tab that was open first: one that was opened meanwhile would show, run and keep the text of another.
 */
function UntilEditors({ onCome }: { onCome: () => void }) {
  const haveCome = useGraphiQL(({ queryEditor, variableEditor, headerEditor, responseEditor }) =>
    Boolean(queryEditor && variableEditor && headerEditor && responseEditor),
  );
  useEffect(() => {
    if (haveCome) onCome();
  }, [haveCome]);
  return null;
}

/** The key under which GraphiQL keeps the ratio of the widths of editor and answer. */
const SHARE = "graphiql:editorFlex";
/** In halves, a window of this width shows the longest line of the story's text. */
const WIDE = 1_300;

/** Gives the editor of a narrow window what the first tab needs to be read; what the reader has dragged is left alone. */
function shareWidth(): void {
  if (innerWidth < WIDE && localStorage.getItem(SHARE) === null) localStorage.setItem(SHARE, "2");
}
