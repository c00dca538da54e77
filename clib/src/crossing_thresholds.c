/* category: crossing thresholds */
#include "tsvc.h"

/* init a = 0 */
void s281(int n, real a[restrict n], real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++) {
        real x = a[n - i - 1] + b[i] * c[i];
        a[i] = x - 1;
        b[i] = x;
    }
}

void s1281(int n, real a[restrict n], real b[restrict n], const real c[restrict n], const real d[restrict n],
           const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        real x = b[i] * c[i] + a[i] * d[i] + e[i];
        a[i] = x - 1;
        b[i] = x;
    }
}
