/* category: scalar and array expansion */
#include "tsvc.h"

/* init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
void s251(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n])
{
    for (int i = 0; i < n; i++) {
        real s = b[i] + c[i] * d[i];
        a[i] = s * s;
    }
}

void s1251(int n, real a[restrict n], real b[restrict n], const real c[restrict n], const real d[restrict n],
           const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        real s = b[i] + c[i];
        b[i] = a[i] + d[i];
        a[i] = s * e[i];
    }
}

void s2251(int n, real a[restrict n], real b[restrict n], const real c[restrict n], const real d[restrict n],
           const real e[restrict n])
{
    real s = 0;
    for (int i = 0; i < n; i++) {
        a[i] = s * e[i];
        s = b[i] + c[i];
        b[i] = a[i] + d[i];
    }
}

void s3251(int n, real a[restrict n], real b[restrict n], const real c[restrict n], real d[restrict n],
           const real e[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        a[i + 1] = b[i] + c[i];
        b[i] = c[i] * e[i];
        d[i] = a[i] * e[i];
    }
}

/* init a = 0 */
void s252(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    real t = 0;
    for (int i = 0; i < n; i++) {
        real s = b[i] * c[i];
        a[i] = s + t;
        t = s;
    }
}

/* init b = 1e-6
 * init d = 1/(k+1)
 */
void s253(int n, real a[restrict n], const real b[restrict n], real c[restrict n], const real d[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (a[i] > b[i]) {
            real s = a[i] - b[i] * d[i];
            c[i] = c[i] + s;
            a[i] = s;
        }
    }
}

/* init a = 0 */
void s254(int n, real a[restrict n], const real b[restrict n])
{
    real x = b[n - 1];
    for (int i = 0; i < n; i++) {
        a[i] = (b[i] + x) * (real)0.5;
        x = b[i];
    }
}

/* requires n >= 2
 * init a = 0
 */
void s255(int n, real a[restrict n], const real b[restrict n])
{
    real x = b[n - 1];
    real y = b[n - 2];
    for (int i = 0; i < n; i++) {
        a[i] = (b[i] + x + y) * (real)0.333f;
        y = x;
        x = b[i];
    }
}

/* requires n >= m
 * init aa = 2
 * init bb = 1
 */
void s256(int n, int m, real a[restrict n], const real d[restrict n], real aa[restrict m][m],
          const real bb[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 1; j < m; j++) {
            a[j] = 1 - a[j - 1];
            aa[j][i] = a[j] + bb[j][i] * d[j];
        }
    }
}

/* requires n >= m
 * init aa = 2
 * init bb = 1
 */
void s257(int n, int m, real a[restrict n], real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 1; i < m; i++) {
        for (int j = 0; j < m; j++) {
            a[i] = aa[j][i] - a[i - 1];
            aa[j][i] = a[i] + bb[j][i];
        }
    }
}

/* requires n >= m
 * init a = 1/(k+1)
 * init b = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 0
 */
void s258(int n, int m, const real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], real e[restrict n], const real aa[restrict m][m])
{
    real s = 0;
    for (int i = 0; i < m; i++) {
        if (a[i] > 0)
            s = d[i] * d[i];
        b[i] = s * c[i] + d[i];
        e[i] = (s + 1) * aa[0][i];
    }
}

/* init b = 1/(k+1)**2
 * init c = 1/(k+1)**2
 */
void s261(int n, real a[restrict n], const real b[restrict n], real c[restrict n], const real d[restrict n])
{
    for (int i = 1; i < n; i++) {
        real t = a[i] + b[i];
        a[i] = t + c[i - 1];
        t = c[i] * d[i];
        c[i] = t;
    }
}
