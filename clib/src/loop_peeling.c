/* category: loop peeling */
#include "tsvc.h"

/* init a = 0 */
void s291(int n, real a[restrict n], const real b[restrict n])
{
    int im1 = n - 1;
    for (int i = 0; i < n; i++) {
        a[i] = (b[i] + b[im1]) * (real)0.5;
        im1 = i;
    }
}

/* requires n >= 2
 * init a = 0
 */
void s292(int n, real a[restrict n], const real b[restrict n])
{
    int im1 = n - 1;
    int im2 = n - 2;
    for (int i = 0; i < n; i++) {
        a[i] = (b[i] + b[im1] + b[im2]) * (real)0.333f;
        im2 = im1;
        im1 = i;
    }
}

/* init a = 1/(k+1) */
void s293(int n, real a[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = a[0];
}
