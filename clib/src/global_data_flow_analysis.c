/* category: global data flow analysis */
#include "tsvc.h"

/* init b = 1/(k+1)**2 */
void s131(int n, real a[restrict n], const real b[restrict n])
{
    int offset = 1;

    for (int i = 0; i < n - 1; i++)
        a[i] = a[i + offset] + b[i];
}

/* requires n >= m
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 * init aa = 1
 */
void s132(int n, int m, const real b[restrict n], const real c[restrict n], real aa[restrict m][m])
{
    int to = 0;
    int from = to + 1;

    for (int i = 1; i < m; i++)
        aa[to][i] = aa[from][i - 1] + b[i] * c[1];
}
