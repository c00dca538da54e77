/* category: parameters */
#include "tsvc.h"

/* init b = 1/(k+1)**2 */
void s431(int n, real a[restrict n], const real b[restrict n])
{
    int k1 = 1;
    int k2 = 2;
    int k = 2 * k1 - k2;
    for (int i = 0; i < n; i++)
        a[i] = a[i + k] + b[i];
}
