/* category: loop distribution */
#include "tsvc.h"

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
void s221(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n])
{
    for (int i = 1; i < n; i++) {
        a[i] += c[i] * d[i];
        b[i] = b[i - 1] + a[i] + d[i];
    }
}

void s1221(int n, const real a[restrict n], real b[restrict n])
{
    for (int i = 4; i < n; i++)
        b[i] = b[i - 4] + a[i];
}

/* init a = 0 */
void s222(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
          real e[restrict n])
{
    for (int i = 1; i < n; i++) {
        a[i] += b[i] * c[i];
        e[i] = e[i - 1] * e[i - 1];
        a[i] -= b[i] * c[i];
    }
}
