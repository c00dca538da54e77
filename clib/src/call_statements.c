/* category: call statements */
#include "tsvc.h"

static void s471_nothing(void)
{
}

/* init d = 1/(k+1)
 * init e = 1/(k+1)
 * init x = 0
 */
void s471(int n, real b[restrict n], const real c[restrict n], const real d[restrict n], const real e[restrict n],
          real x[restrict n])
{
    for (int i = 0; i < n; i++) {
        x[i] = b[i] + d[i] * d[i];
        s471_nothing();
        b[i] = c[i] + d[i] * e[i];
    }
}
