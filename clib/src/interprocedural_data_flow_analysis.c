/* category: interprocedural data flow analysis */
#include "tsvc.h"

static void s151_add_ahead(int n, int offset, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n - 1; i++)
        a[i] = a[i + offset] + b[i];
}

/* init b = 1/(k+1)**2 */
void s151(int n, real a[restrict n], const real b[restrict n])
{
    s151_add_ahead(n, 1, a, b);
}

static void s152_update(int n, int i, real a[restrict n], const real b[restrict n],
                        const real c[restrict n])
{
    a[i] += b[i] * c[i];
}

/* init b = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s152(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    for (int i = 0; i < n; i++) {
        b[i] = d[i] * e[i];
        s152_update(n, i, a, b, c);
    }
}
