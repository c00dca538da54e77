/* category: storage classes and equivalencing */
#include "tsvc.h"

/* requires m*m >= n
 * init a = 1/(k+1)**2
 * init flat = 1 if k < n else 0
 */
void s421(int n, int m, const real a[restrict n], real flat[restrict m * m])
{
    real *xx = flat;
    const real *yy = xx;
    for (int i = 0; i < n - 1; i++)
        xx[i] = yy[i + 1] + a[i];
}

void s1421(int n, const real a[restrict n], real b[restrict n])
{
    int half = n / 2;
    /* restrict holds: the loop writes only below half. */
    const real *restrict xx = b + half;
    for (int i = 0; i < half; i++)
        b[i] = xx[i] + a[i];
}

/* requires m*m >= n + 8
 * init a = 1/(k+1)**2
 */
void s422(int n, int m, const real a[restrict n], real flat[restrict m * m])
{
    real *xx = flat + 4;
    for (int i = 0; i < n; i++)
        xx[i] = flat[i + 8] + a[i];
}

/* requires n == 1 or m*m >= n + 63
 * init a = 1/(k+1)**2
 * init flat = 1 if k < n else 0
 */
void s423(int n, int m, const real a[restrict n], real flat[restrict m * m])
{
    /* With n == 1 flat may be too short for the pointer itself. */
    if (n > 1) {
        const real *xx = flat + 64;
        for (int i = 0; i < n - 1; i++)
            flat[i + 1] = xx[i] + a[i];
    }
}

/* requires n == 1 or m*m >= n + 63
 * init a = 1/(k+1)**2
 */
void s424(int n, int m, const real a[restrict n], real flat[restrict m * m])
{
    /* With n == 1 flat may be too short for the pointer itself. */
    if (n > 1) {
        real *xx = flat + 63;
        for (int i = 0; i < n - 1; i++)
            xx[i + 1] = flat[i] + a[i];
    }
}
