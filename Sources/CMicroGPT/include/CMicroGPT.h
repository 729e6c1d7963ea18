// What Swift cannot express: functions compiled for an instruction set, kernels and vectors.
#pragma once

#include "Functions.h"
#include "Kernels.h"
#include "Vectors.h"

/// The C library's `strtod`: reads the number at the start of `text`, and gives the number of characters read. Its
/// decimal point is the locale's.
long microgpt_parse_double(const char *_Nonnull text, double *_Nonnull number);
