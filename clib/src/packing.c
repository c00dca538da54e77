/* category: packing */
#include "tsvc.h"

/* init a = 0
 * init b = 1/(k+1)
 */
void s341(int n, real a[restrict n], const real b[restrict n])
{
    int j = -1;
    for (int i = 0; i < n; i++) {
        if (b[i] > 0) {
            j++;
            a[j] = b[i];
        }
    }
}

/* init a = 1/(k+1)
 * init b = 1/(k+1)
 */
void s342(int n, real a[restrict n], const real b[restrict n])
{
    int j = -1;
    for (int i = 0; i < n; i++) {
        if (a[i] > 0) {
            j++;
            a[i] = b[j];
        }
    }
}

/* init bb = 1 */
void s343(int m, const real aa[restrict m][m], const real bb[restrict m][m], real flat[restrict m * m])
{
    int k = -1;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++) {
            if (bb[j][i] > 0) {
                k++;
                flat[k] = aa[j][i];
            }
        }
    }
}
