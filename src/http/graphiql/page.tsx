import { useGraphiQL } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect, useState } from "react";
import { isAccepted, takeTokenOfAddress, TokenForm } from "./access.js";
import { createFetcher } from "./fetcher.js";
import { storyName, storyOf } from "./story.js";

type Access = "unknown" | "granted" | "denied";

/** Shows GraphiQL with the story in its tabs, or a form if the server needs a token. */
export function Page() {
  const [access, setAccess] = useState<Access>("unknown");
  const [isReady, setReady] = useState(false);
  const [fetcher] = useState(createFetcher);
  const [story] = useState(() => storyOf(location.origin, storyName(), document.documentElement.dataset["runsIn"]));
  useEffect(() => {
    shareWidth();
    const checkAccess = async () => {
      takeTokenOfAddress();
      setAccess((await isAccepted()) ? "granted" : "denied");
    };
    void checkAccess();
    // The address may change to one with another token.
    addEventListener("hashchange", checkAccess);
    return () => removeEventListener("hashchange", checkAccess);
  }, []);
  if (access === "unknown") return null;
  if (access === "denied") return <TokenForm onAccepted={() => setAccess("granted")} />;
  return (
    <div className="graph" inert={!isReady}>
      <GraphiQL fetcher={fetcher} defaultTabs={story} defaultEditorToolsVisibility showPersistHeadersSettings={false}>
        <GraphiQL.Logo>Rocas</GraphiQL.Logo>
        <UntilEditors onReady={() => setReady(true)} />
      </GraphiQL>
    </div>
  );
}

/**
 * Calls `onReady` when GraphiQL has all its editors.
 *
 * They load after the page and get the texts of the first tab. A tab that was opened meanwhile would run and keep the
 * text of another.
 */
function UntilEditors({ onReady }: { onReady: () => void }) {
  const areReady = useGraphiQL(({ queryEditor, variableEditor, headerEditor, responseEditor }) =>
    Boolean(queryEditor && variableEditor && headerEditor && responseEditor),
  );
  useEffect(() => {
    if (areReady) onReady();
  }, [areReady]);
  return null;
}

/** GraphiQL's key for the ratio of the widths of editor and answer. */
const SHARE = "graphiql:editorFlex";
/** The narrowest window whose halves show the longest line of the story. */
const WIDE = 1_300;

/** Widens the editor in a narrow window. A width that the reader has set stays. */
function shareWidth(): void {
  if (innerWidth < WIDE && localStorage.getItem(SHARE) === null) localStorage.setItem(SHARE, "2");
}
