import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

/**
 * Tells when GraphiQL has all its editors. They are loaded after the page has come, and are then given the texts of the
 * tab that was open first: one that was opened meanwhile would show, run and keep the text of another.
 */
export function UntilEditors({ onCome }: { onCome: () => void }) {
  const haveCome = useGraphiQL(({ queryEditor, variableEditor, headerEditor, responseEditor }) =>
    Boolean(queryEditor && variableEditor && headerEditor && responseEditor),
  );
  useEffect(() => {
    if (haveCome) onCome();
  }, [haveCome]);
  return null;
}
