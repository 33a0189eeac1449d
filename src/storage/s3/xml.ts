import sax from "sax";

/** An element without its attributes. */
export interface XmlElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** Parses an answer of S3. @throws Error if it is no XML */
export function parseXml(xml: string): XmlElement {
  const parser = sax.parser(true);
  const root: XmlElement = { name: "", text: "", children: [] };
  const open = [root];
  parser.onopentag = ({ name }) => {
    const element = { name, text: "", children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  };
  parser.onclosetag = () => void open.pop();
  parser.ontext = parser.oncdata = (text) => void (open.at(-1)!.text += text);
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(xml).close();
  if (!root.children[0]) throw new Error("The answer is empty.");
  return root.children[0];
}

/** Returns the children of that name. */
export const childrenOf = ({ children }: XmlElement, name: string): readonly XmlElement[] =>
  children.filter((each) => each.name === name);

/** Returns the text of the first child of that name; empty if there is none. */
export const textOf = (element: XmlElement, name: string): string => childrenOf(element, name)[0]?.text ?? "";
