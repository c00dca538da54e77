/* category: nonlinear dependence testing */
#include "tsvc.h"

/* init bb = 1/(k+1)**2
 * init flat = 1
 */
void s141(int m, const real bb[restrict m][m], real flat[restrict m * m])
{
    for (int i = 0; i < m; i++) {
        int k = (i + 1) * i / 2 + i;

        for (int j = i; j < m; j++) {
            flat[k] += bb[j][i];
            k += j + 1;
        }
    }
}
