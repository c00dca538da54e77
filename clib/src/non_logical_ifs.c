/* category: non-logical if's */
#include "tsvc.h"

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 * init d = -1 if k < n//3 else (0 if k < 2*(n//3) else 1)
 */
void s441(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (d[i] < 0)
            a[i] += b[i] * c[i];
        else if (d[i] == 0)
            a[i] += b[i] * b[i];
        else
            a[i] += c[i] * c[i];
    }
}

/* index indx in -1..6
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 * init indx = (k+1) % 4 + 1
 */
void s442(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n],
          const real e[restrict n], const int indx[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (indx[i] == 2)
            goto second;
        if (indx[i] == 3)
            goto third;
        if (indx[i] == 4)
            goto fourth;
        a[i] += b[i] * b[i];
        goto next;
second:
        a[i] += c[i] * c[i];
        goto next;
third:
        a[i] += d[i] * d[i];
        goto next;
fourth:
        a[i] += e[i] * e[i];
next:;
    }
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s443(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (d[i] <= 0)
            goto low;
        else
            goto high;
low:
        a[i] += b[i] * c[i];
        goto next;
high:
        a[i] += b[i] * b[i];
next:;
    }
}
