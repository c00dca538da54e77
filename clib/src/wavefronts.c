/* category: wavefronts */
#include "tsvc.h"

/* init aa = 1e-6 */
void s2111(int m, real aa[restrict m][m])
{
    /* 1.9 is a double on purpose: the sum is a real, the quotient is rounded from double. */
    for (int j = 1; j < m; j++)
        for (int i = 1; i < m; i++)
            aa[j][i] = (aa[j][i - 1] + aa[j - 1][i]) / 1.9;
}
