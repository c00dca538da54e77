/* category: non-local goto's */
#include "tsvc.h"

/* data d in -1/n..1
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
int s481(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (d[i] < 0)
            return i;
        a[i] += b[i] * c[i];
    }
    return n;
}

/* data b in 0..1
 * data c in -1..(2/n)**0.5
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s482(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++) {
        a[i] += b[i] * c[i];
        if (c[i] > b[i])
            break;
    }
}
