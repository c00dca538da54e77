/* category: diagonals */
#include "tsvc.h"

/* init aa = 1 */
void s2101(int m, real aa[restrict m][m], const real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int i = 0; i < m; i++)
        aa[i][i] = aa[i][i] + bb[i][i] * cc[i][i];
}

/* init aa = 0 */
void s2102(int m, real aa[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++)
            aa[j][i] = 0;
        aa[i][i] = 1;
    }
}
