#include "CMicroGPT.h"

#pragma STDC FP_CONTRACT OFF

double pow(double base, double exponent);

double microgpt_pow(double base, double exponent) { return pow(base, exponent); }
