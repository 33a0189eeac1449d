import { GraphiQL } from "graphiql";
import { useEffect, useState } from "react";
import { isAccepted, takeTokenOfAddress } from "./access.js";
import { askRocas } from "./ask-rocas.js";
import { shareWidth } from "./share-width.js";
import { storyName, storyOf } from "./story.js";
import { TokenForm } from "./token-form.js";
import { UntilEditors } from "./until-editors.js";

type Access = "unknown" | "granted" | "asked";

/** GraphiQL with the story in its tabs; before it, where the server asks for a token, a form for it. */
export function Page() {
  const [access, setAccess] = useState<Access>("unknown");
  const [isReady, setReady] = useState(false);
  const [fetcher] = useState(askRocas);
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
