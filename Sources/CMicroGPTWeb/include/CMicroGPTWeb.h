// What Embedded Swift wants of its surroundings in WebAssembly, without a host: the module imports nothing.
#pragma once

/// Whether an allocation failed. The module has trapped then, and only this may be asked of it.
int web_is_out_of_memory(void);
