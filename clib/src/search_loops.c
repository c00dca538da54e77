/* category: search loops */
#include "tsvc.h"

/* init a = -1 if k == n-1 else 1/(k+1) */
real s331(int n, const real a[restrict n])
{
    int j = -1;
    for (int i = 0; i < n; i++)
        if (a[i] < 0)
            j = i;
    return (real)(j + 1);
}

/* param t = 1.0 in -2..2
 * init a = 2 if k == n-1 else 1/(k+1)**2
 */
real s332(int n, real t, const real a[restrict n])
{
    real value = -1;
    for (int i = 0; i < n; i++) {
        if (a[i] > t) {
            value = a[i];
            goto found;
        }
    }
found:
    return value;
}
