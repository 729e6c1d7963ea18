// The C library's functions that a browser has no place for, and allocation that traps when memory is used up.

#include "CMicroGPTWeb.h"

static int isOutOfMemory = 0;

#if defined(__wasm__)

#include <stddef.h>
#include <stdint.h>

__attribute__((export_name("web_is_out_of_memory"))) int web_is_out_of_memory(void) { return isOutOfMemory; }

// Swift does not check for null, and address 0 can be written here. The linker redirects posix_memalign to this.
int __real_posix_memalign(void **memory, size_t alignment, size_t count);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t count) {
  int error = __real_posix_memalign(memory, alignment, count);
  if (error) isOutOfMemory = 1, __builtin_trap();
  return error;
}

// Seeds Swift's hashing: the same in every run, so that runs are reproducible.
void arc4random_buf(void *bytes, size_t count) {
  unsigned char *place = bytes;
  for (size_t i = 0; i < count; i++) place[i] = (unsigned char)(i * 151 + 7);
}

// Swift prints by this; the C library's own would need a file system.
int putchar(int character) { return character; }

#else

int web_is_out_of_memory(void) { return isOutOfMemory; }

#endif
