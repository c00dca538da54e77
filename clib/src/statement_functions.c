/* category: statement functions */
#include "tsvc.h"

static real s4121_product(real x, real y)
{
    return x * y;
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s4121(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] += s4121_product(b[i], c[i]);
}
