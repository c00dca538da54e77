/* category: loop interchange */
#include "tsvc.h"

/* init aa = 1
 * init bb = 1/(k+1)**2
 */
void s231(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 1; j < m; j++)
            aa[j][i] = aa[j - 1][i] + bb[j][i];
}

/* data aa in -1/8..1/8
 * data bb in -1/8..1/8
 * init aa = 1
 * init bb = 0
 */
void s232(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int j = 1; j < m; j++)
        for (int i = 1; i <= j; i++)
            aa[j][i] = aa[j][i - 1] * aa[j][i - 1] + bb[j][i];
}

void s1232(int m, real aa[restrict m][m], const real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int j = 0; j < m; j++)
        for (int i = j; i < m; i++)
            aa[i][j] = bb[i][j] + cc[i][j];
}

void s233(int m, real aa[restrict m][m], real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int i = 1; i < m; i++) {
        for (int j = 1; j < m; j++)
            aa[j][i] = aa[j - 1][i] + cc[j][i];
        for (int j = 1; j < m; j++)
            bb[j][i] = bb[j][i - 1] + cc[j][i];
    }
}

void s2233(int m, real aa[restrict m][m], real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int i = 1; i < m; i++) {
        for (int j = 1; j < m; j++)
            aa[j][i] = aa[j - 1][i] + cc[j][i];
        for (int j = 1; j < m; j++)
            bb[i][j] = bb[i - 1][j] + cc[i][j];
    }
}

/* requires n >= m
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 * init aa = 1
 * init bb = 1/(k+1)**2
 */
void s235(int n, int m, real a[restrict n], const real b[restrict n], const real c[restrict n],
          real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        a[i] += b[i] * c[i];
        for (int j = 1; j < m; j++)
            aa[j][i] = aa[j - 1][i] + bb[j][i] * a[i];
    }
}
