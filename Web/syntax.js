// @ts-check
// A small tokenizer for Swift: enough for the programs shown. One line at a time; no string or comment here spans two.

const KEYWORDS = new Set(("import func let var if else for in while return struct final class extension static mutating nonmutating get set init inout "
  + "break continue some typealias try throws guard switch case default where self nil true false subscript enum public private repeat").split(" "));
const TOKENS = /(?<comment>\/\/.*)|(?<string>"(?:\\.|[^"\\])*")|(?<number>\b0x[\da-fA-F_.]+(?:p[+-]?\d+)?|(?<![\w$])\d[\d_]*(?:\.\d[\d_]*)?(?:e-?\d+)?)|(?<word>@?[A-Za-z_]\w*)/g;

/**
 * Whether a line opens a section: "// MODEL: …".
 * @param {string} line
 */
export function isHeading(line) {
  return /^\/\/ [A-Z][A-Z ]+:/.test(line);
}

/**
 * A line's tokens in their order; their texts add up to the line.
 * @param {string} line
 * @returns {{kind: string, text: string}[]}
 */
export function tokens(line) {
  if (isHeading(line)) {
    const end = line.indexOf(":") + 1;
    return [{ kind: "heading", text: line.slice(0, end) }, { kind: "about", text: line.slice(end) }];
  }
  const found = [];
  let end = 0;
  for (const match of line.matchAll(TOKENS)) {
    const text = match[0], groups = match.groups ?? {};
    let kind = "plain";
    if (groups.comment !== undefined) kind = "comment";
    else if (groups.string !== undefined) kind = "string";
    else if (groups.number !== undefined) kind = "digits";
    else if (text[0] === "@" || (KEYWORDS.has(text) && line[match.index - 1] !== ".")) kind = "keyword";
    else if (/^[A-Z]/.test(text)) kind = "type";
    else if (/\bfunc $/.test(line.slice(0, match.index))) kind = "name";
    if (kind === "plain") continue;
    if (match.index > end) found.push({ kind: "plain", text: line.slice(end, match.index) });
    found.push({ kind, text });
    end = match.index + text.length;
  }
  if (end < line.length) found.push({ kind: "plain", text: line.slice(end) });
  return found;
}
