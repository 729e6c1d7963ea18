// What the C library has to do for run.swift: on a system, read standard input and write standard output; in
// WebAssembly, hand both to the host, host.mjs. And what Embedded Swift wants of its surroundings.

#include "platform.h"

#include <stdlib.h>

// Seeds Swift's hashing. The same on every platform and in every run, as a test should be.
void arc4random_buf(void *bytes, size_t count) {
  unsigned char *place = bytes;
  for (size_t i = 0; i < count; i++) place[i] = (unsigned char)(i * 151 + 7);
}

#if defined(__x86_64__) && !defined(__SSE4_1__)
// Swift's Dictionary calls it, of small numbers, where the processor has no instruction for it; libm is not linked for
// that alone.
double ceil(double x) {
  double whole = (double)(long)x;
  return whole < x ? whole + 1 : whole;
}
#endif

#if defined(__riscv)
// The toolchain has Unicode tables for riscv64, but for another way of passing floating-point numbers, so that they
// cannot be linked. The library compares scalars and bytes, never characters, and does not call these.
unsigned short _swift_stdlib_getNormData(unsigned scalar) { (void)scalar, abort(); }
const unsigned char *_swift_stdlib_getDecompositionEntry(unsigned scalar) { (void)scalar, abort(); }
unsigned _swift_stdlib_getComposition(unsigned a, unsigned b) { (void)a, (void)b, abort(); }
unsigned char _swift_stdlib_getGraphemeBreakProperty(unsigned scalar) { (void)scalar, abort(); }
_Bool _swift_stdlib_isExtendedPictographic(unsigned scalar) { (void)scalar, abort(); }
_Bool _swift_stdlib_isInCB_Consonant(unsigned scalar) { (void)scalar, abort(); }
const unsigned char *_swift_stdlib_nfd_decompositions;
#endif

#if defined(__wasm__)

#define EXPORT(name) __attribute__((export_name(#name))) name

void *EXPORT(allocate)(long count) { return malloc(count); }
void EXPORT(run)(const unsigned char *bytes, long count) { platform_run(bytes, count); }

// Swift prints by this, and the C library's own wants a file system.
int putchar(int character) {
  unsigned char byte = (unsigned char)character;
  platform_write(&byte, 1);
  return character;
}

// Swift does not check for null, and address 0 can be written here.
int __real_posix_memalign(void **memory, size_t alignment, size_t count);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t count) {
  int error = __real_posix_memalign(memory, alignment, count);
  if (error) __builtin_trap();
  return error;
}

#else

#include <unistd.h>

void platform_write(const unsigned char *bytes, long count) {
  while (count > 0) {
    long written = write(1, bytes, count);
    if (written <= 0) exit(1);
    bytes += written, count -= written;
  }
}

int main(void) {
  unsigned char *bytes = NULL;
  size_t count = 0, capacity = 0;
  for (;;) {
    if (count == capacity && !(bytes = realloc(bytes, capacity = capacity * 2 + 4096))) return 1;
    long found = read(0, bytes + count, capacity - count);
    if (found < 0) return 1;
    if (found == 0) break;
    count += found;
  }
  platform_run(bytes, count);
  return 0;
}

#endif
