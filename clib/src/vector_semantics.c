/* category: vector semantics */
#include "tsvc.h"

/* index ip in 0..n-1
 * init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
void s491(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n],
          const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] = b[i] + c[i] * d[i];
}
