/* category: statement reordering */
#include "tsvc.h"

/* init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s211(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 1; i < n - 1; i++) {
        a[i] = b[i - 1] + c[i] * d[i];
        b[i] = b[i + 1] - e[i] * d[i];
    }
}

/* init a = 1/(k+1)
 * init d = 1/(k+1)
 */
void s212(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i] *= c[i];
        b[i] += a[i + 1] * d[i];
    }
}

void s1213(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
           const real d[restrict n])
{
    for (int i = 1; i < n - 1; i++) {
        a[i] = b[i - 1] + c[i];
        b[i] = a[i + 1] * d[i];
    }
}
