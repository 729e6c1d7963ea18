#include "CMicroGPT.h"

double strtod(const char *text, char **end);

long microgpt_parse_double(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return end - text;
}
