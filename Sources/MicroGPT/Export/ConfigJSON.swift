// A model's sizes and vocabulary as the `config.json` that lies beside weights in machine learning: JSON with the names
// that GPT-2's configuration has in other programs.

extension Model {
  /// The model's sizes and vocabulary as JSON, for programs that read the weights from a safetensors file.
  ///
  ///     let json = String(decoding: model.configJSON(), as: UTF8.self)
  ///
  /// Keys are `vocab_size`, `n_layer`, `n_head`, `n_embd` and `block_size` (nanoGPT's names; Hugging Face's GPT-2 has
  /// `n_positions` for the last), `bos_token_id` and `eos_token_id`, which are the same token and absent from the model of
  /// a stream, and `vocabulary`: all characters, each at the index that is its token. The rest says how the architecture differs from GPT-2's. The same
  /// model gives the same bytes.
  public func configJSON() -> [UInt8] {
    let ends = tokenizer.isStream ? [] : ["bos_token_id", "eos_token_id"].map { ($0, tokenizer.bos) }
    let sizes = [
      ("vocab_size", tokenizer.vocabularySize), ("n_layer", configuration.layers),
      ("n_head", configuration.heads), ("n_embd", configuration.embedding),
      ("block_size", configuration.blockSize),
    ]
    var json = Array("{\n  \"model_type\": \"microgpt\",\n".utf8)
    for (key, value) in sizes + ends { json += "  \"\(key)\": \(value),\n".utf8 }
    json += "  \"activation_function\": \"relu\",\n  \"rms_norm_eps\": 1e-05,\n".utf8
    json += "  \"bias\": false,\n  \"tie_word_embeddings\": false,\n  \"vocabulary\": ".utf8
    var vocabulary = ""
    vocabulary.unicodeScalars.append(contentsOf: tokenizer.characters)
    appendJSON(vocabulary, to: &json)
    json += "\n}\n".utf8
    return json
  }
}
