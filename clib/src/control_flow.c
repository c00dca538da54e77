/* category: control flow */
#include "tsvc.h"

/* init b = -1 if k % 2 == 1 and k <= n//2 else 1
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s161(int n, real a[restrict n], const real b[restrict n], real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        if (b[i] < 0)
            goto negative;
        a[i] = c[i] + d[i] * e[i];
        goto next;
negative:
        c[i + 1] = a[i] + d[i] * d[i];
next:
        ;
    }
}

void s1161(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
           const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        if (c[i] < 0)
            goto negative;
        a[i] = c[i] + d[i] * e[i];
        goto next;
negative:
        b[i] = a[i] + d[i] * d[i];
next:
        ;
    }
}

/* requires n == 1 or k <= 1
 * param k = 1 in -2..1
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s162(int n, int k, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    if (k > 0)
        for (int i = 0; i < n - 1; i++)
            a[i] = a[i + k] + b[i] * c[i];
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s271(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        if (b[i] > 0)
            a[i] += b[i] * c[i];
}

/* param t = 1.0 in -2..2
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 2
 */
void s272(int n, real t, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (e[i] >= t) {
            a[i] += c[i] * d[i];
            b[i] += c[i] * c[i];
        }
    }
}

/* init d = 1e-6
 * init e = 1/(k+1)
 */
void s273(int n, real a[restrict n], real b[restrict n], real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        a[i] += d[i] * e[i];
        if (a[i] < 0)
            b[i] += d[i] * e[i];
        c[i] += a[i] * d[i];
    }
}

/* init a = 0
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s274(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        a[i] = c[i] + e[i] * d[i];
        if (a[i] > 0)
            b[i] = a[i] + b[i];
        else
            a[i] = d[i] * e[i];
    }
}

/* init aa = 1
 * init bb = 1e-6
 * init cc = 1e-6
 */
void s275(int m, real aa[restrict m][m], const real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int i = 0; i < m; i++)
        if (aa[0][i] > 0)
            for (int j = 1; j < m; j++)
                aa[j][i] = aa[j - 1][i] + bb[j][i] * cc[j][i];
}

/* requires n >= m */
void s2275(int n, int m, real a[restrict n], const real b[restrict n], const real c[restrict n],
           const real d[restrict n], real aa[restrict m][m], const real bb[restrict m][m],
           const real cc[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++)
            aa[j][i] = aa[j][i] + bb[j][i] * cc[j][i];
        a[i] = b[i] + c[i] * d[i];
    }
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
void s276(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
          const real d[restrict n])
{
    int half = n / 2;

    for (int i = 0; i < n; i++) {
        if (i + 1 < half)
            a[i] += b[i] * c[i];
        else
            a[i] += b[i] * d[i];
    }
}

/* init b = 1 if k < n//2 or k >= n//2*2 else -1
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s277(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n - 1; i++) {
        if (a[i] >= 0)
            goto next;
        if (b[i] >= 0)
            goto ahead;
        a[i] += c[i] * d[i];
ahead:
        b[i + 1] = c[i] + d[i] * e[i];
next:
        ;
    }
}

/* init a = -1 if k < n//2 else 1
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s278(int n, real a[restrict n], real b[restrict n], real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (a[i] > 0)
            goto positive;
        b[i] = -b[i] + d[i] * e[i];
        goto join;
positive:
        c[i] = -c[i] + d[i] * e[i];
join:
        a[i] = b[i] + c[i] * d[i];
    }
}

/* init a = -1 if k < n//2 else 1
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s279(int n, real a[restrict n], real b[restrict n], real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (a[i] > 0)
            goto positive;
        b[i] = -b[i] + d[i] * d[i];
        if (b[i] <= a[i])
            goto join;
        c[i] += d[i] * e[i];
        goto join;
positive:
        c[i] = -c[i] + e[i] * e[i];
join:
        a[i] = b[i] + c[i] * d[i];
    }
}

void s1279(int n, const real a[restrict n], const real b[restrict n], real c[restrict n],
           const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++)
        if (a[i] < 0)
            if (b[i] > a[i])
                c[i] += d[i] * e[i];
}

/* param x0 = 1.0 in -2..2
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s2710(int n, real x0, real a[restrict n], real b[restrict n], real c[restrict n],
           const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (a[i] > b[i]) {
            a[i] += b[i] * d[i];
            if (n > 10)
                c[i] += d[i] * d[i];
            else
                c[i] = d[i] * e[i] + 1;
        } else {
            b[i] = a[i] + e[i] * e[i];
            if (x0 > 0)
                c[i] = a[i] + d[i] * d[i];
            else
                c[i] += e[i] * e[i];
        }
    }
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s2711(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        if (b[i] != 0)
            a[i] += b[i] * c[i];
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s2712(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        if (a[i] > b[i])
            a[i] += b[i] * c[i];
}
