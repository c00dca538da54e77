#ifndef TSVC_H
#define TSVC_H
/* What every loop may use: the element type and the intrinsics that follow it.
 *
 * The same source is compiled as float (strict and fast builds) and as double.
 * Real literals are cast, (real)0.5, so that they never promote float arithmetic.
 */
#include <math.h>

#ifdef TSVC_DOUBLE
typedef double real;
#define real_abs fabs
#define real_sin sin
#define real_cos cos
#else
typedef float real;
#define real_abs fabsf
#define real_sin sinf
#define real_cos cosf
#endif

#endif
