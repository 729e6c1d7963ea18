// Opens what Scripts/build-page has packed into the page: the modules' code and the WebAssembly module, compressed
// together and written with 7 bits a character, so that the page stays one small file.

/** The characters that the text cannot have, in the order of Scripts/build-page. */
const FORBIDDEN = [0x00, 0x0a, 0x0d, 0x22, 0x5c, 0x3c];

/**
 * The bytes of a text with 7 bits a character: the inverse of `packed_text` in Scripts/build-page.
 * @param {string} text
 */
function unpacked(text) {
  const bytes = new Uint8Array(text.length * 2);
  let count = 0, bits = 0, held = 0;
  /** @param {number} group */
  const take = (group) => {
    bits = ((bits << 7) | group) & 0x7fff;
    held += 7;
    if (held < 8) return;
    held -= 8;
    bytes[count++] = bits >> held;
  };
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code < 0x80) take(code);
    else if (code >= 0x400) take(FORBIDDEN[code - 0x400]);
    else {
      take(FORBIDDEN[(code - 0x100) >> 7]);
      take(code & 0x7f);
    }
  }
  return bytes.slice(0, count);
}

/**
 * Runs the code at the beginning of the packed bytes; what follows it is the WebAssembly module, which the code takes.
 * @param {string} text
 * @param {number} codeLength
 */
async function openPack(text, codeLength) {
  const stream = new Blob([unpacked(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  globalThis.microgptModule = bytes.slice(codeLength);
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = new TextDecoder().decode(bytes.subarray(0, codeLength));
  document.head.append(script);
}
