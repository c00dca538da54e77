/* category: linear dependence testing */
#include "tsvc.h"

/* init a = k+1
 * init b = k+2
 */
void s000(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] + 1;
}

/* init b = 1/(k+1)**2 */
void s111(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 1; i < n; i += 2)
        a[i] = a[i - 1] + b[i];
}

void s1111(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
           const real d[restrict n])
{
    int half = n / 2;

    for (int i = 0; i < half; i++)
        a[2 * i] = c[i] * b[i] + d[i] * b[i] + c[i] * c[i] + d[i] * b[i] + d[i] * c[i];
}

/* init b = 1/(k+1)**2 */
void s112(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = n - 2; i >= 0; i--)
        a[i + 1] = a[i] + b[i];
}

void s1112(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = n - 1; i >= 0; i--)
        a[i] = b[i] + (real)1.0;
}

/* init b = 1/(k+1)**2 */
void s113(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 1; i < n; i++)
        a[i] = a[0] + b[i];
}

void s1113(int n, real a[restrict n], const real b[restrict n])
{
    int half = n / 2;

    for (int i = 0; i < n; i++)
        a[i] = a[half] + b[i];
}

/* init bb = 1/(k+1)**2 */
void s114(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < i; j++)
            aa[i][j] = aa[j][i] + bb[i][j];
}

/* requires n >= m
 * data aa in -2/m..2/m
 * init aa = 1e-6
 */
void s115(int n, int m, real a[restrict n], const real aa[restrict m][m])
{
    for (int j = 0; j < m; j++)
        for (int i = j + 1; i < m; i++)
            a[i] = a[i] - aa[j][i] * a[j];
}

void s1115(int m, real aa[restrict m][m], const real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            aa[i][j] = aa[i][j] * cc[j][i] + bb[i][j];
}

void s116(int n, real a[restrict n])
{
    for (int i = 0; i < n - 5; i += 5) {
        a[i] = a[i + 1] * a[i];
        a[i + 1] = a[i + 2] * a[i + 1];
        a[i + 2] = a[i + 3] * a[i + 2];
        a[i + 3] = a[i + 4] * a[i + 3];
        a[i + 4] = a[i + 5] * a[i + 4];
    }
}

/* requires n >= m
 * data bb in -1/4..1/4
 * init bb = 1e-6
 */
void s118(int n, int m, real a[restrict n], const real bb[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 0; j < i; j++)
            a[i] += bb[j][i] * a[i - j - 1];
}

/* init aa = 1
 * init bb = 1/(k+1)**2
 */
void s119(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 1; j < m; j++)
            aa[i][j] = aa[i - 1][j - 1] + bb[i][j];
}

void s1119(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 0; j < m; j++)
            aa[i][j] = aa[i - 1][j] + bb[i][j];
}
