/* category: recurrences */
#include "tsvc.h"

/* init b = 0 */
void s321(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 1; i < n; i++)
        a[i] += a[i - 1] * b[i];
}

/* data b in -1/2..1/2
 * data c in -1/2..1/2
 * init b = 0
 * init c = 0
 */
void s322(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 2; i < n; i++)
        a[i] = a[i] + a[i - 1] * b[i] + a[i - 2] * c[i];
}

/* init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s323(int n, real a[restrict n], real b[restrict n], const real c[restrict n], const real d[restrict n],
          const real e[restrict n])
{
    for (int i = 1; i < n; i++) {
        a[i] = b[i - 1] + c[i] * d[i];
        b[i] = a[i] + c[i] * e[i];
    }
}
