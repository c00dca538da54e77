/* category: node splitting */
#include "tsvc.h"

void s241(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i] = b[i] * c[i] * d[i];
        b[i] = a[i] * a[i + 1] * d[i];
    }
}

/* param s1 = 1.0 in -4..4
 * param s2 = 2.0 in -4..4
 * init a = 1e-6
 * init b = 1e-6
 * init c = 1e-6
 * init d = 1e-6
 */
void s242(int n, real s1, real s2, real a[restrict n], const real b[restrict n],
          const real c[restrict n], const real d[restrict n])
{
    for (int i = 1; i < n; i++)
        a[i] = a[i - 1] + s1 + s2 + b[i] + c[i] + d[i];
}

/* init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s243(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i] = b[i] + c[i] * d[i];
        b[i] = a[i] + d[i] * e[i];
        a[i] = b[i] + a[i + 1] * d[i];
    }
}

/* init a = 0
 * init c = 1e-6
 * init d = 1e-6
 */
void s244(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i] = b[i] + c[i] * d[i];
        b[i] = c[i] + b[i];
        a[i + 1] = b[i] + a[i + 1] * d[i];
    }
}

void s1244(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
           real d[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i] = b[i] + c[i] * c[i] + b[i] * b[i] + c[i];
        d[i] = a[i] + a[i + 1];
    }
}

void s2244(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
           const real e[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i + 1] = b[i] + e[i];
        a[i] = b[i] + c[i];
    }
}
