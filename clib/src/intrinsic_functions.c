/* category: intrinsic functions */
#include "tsvc.h"

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s451(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = real_sin(b[i]) + real_cos(c[i]);
}

/* init a = 0
 * init c = 1e-6
 */
void s452(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] + c[i] * (real)(i + 1);
}
