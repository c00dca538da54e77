/* category: worked examples */
#include "tsvc.h"

/* param alpha = 0.5 in -2..2 */
void elementwise(int n, real alpha, real y[restrict n], const real x[restrict n])
{
    for (int i = 0; i < n; i++)
        if (x[n - 1 - i] > alpha)
            y[i] = alpha * x[n - 1 - i];
}

void tile(int m, real yy[restrict m][m], const real xx[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 0; j < m - 1; j++)
            yy[i][j] = xx[i - 1][j + 1] - xx[j][i];
}

void lines(int m, real yy[restrict m][m], const real xx[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 0; j < m; j++)
            yy[i][j] = (real)0.5 * yy[i - 1][j] - xx[i][m - 1 - j];
}

void snapshot(int n, real y[restrict n], const real x[restrict n])
{
    for (int i = 0; i < n - 2; i++)
        y[i] = y[i + 2] - x[i] * y[i];
}

void parts(int n, real y[restrict n], real z[restrict n], const real x[restrict n])
{
    for (int i = 1; i < n; i++) {
        z[i] = y[i - 1] * x[i];
        y[i] = x[i] + (real)1;
    }
}

void last_writer(int n, real y[restrict n], const real x[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        y[ip[i]] = x[i] * x[i];
}

real reduction(int n, const real x[restrict n], const real y[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > y[i])
            sum += x[i] - y[i];
    return sum;
}

int position(int n, const real x[restrict n])
{
    real low = x[0];
    int where = 0;
    for (int i = 1; i < n; i++)
        if (x[i] <= low) {
            low = x[i];
            where = i;
        }
    return where;
}

void scan(int n, real y[restrict n], const real x[restrict n], const real w[restrict n])
{
    for (int i = 1; i < n; i++)
        y[i] = x[i] - w[i] * y[i - 1];
}

int compaction(int n, real y[restrict n], const real x[restrict n], const real w[restrict n])
{
    int k = 0;
    for (int i = 0; i < n; i++)
        if (x[i] < w[i])
            y[k++] = w[i] - x[i];
    return k;
}

/* param t = 0.5 in -2..2 */
int search(int n, real t, real y[restrict n], const real x[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (x[i] > t)
            return i;
        y[i] = y[i] - x[i];
    }
    return n;
}

/* data x in -1/4..1/4 */
void sequential(int n, real y[restrict n], const real x[restrict n])
{
    for (int i = 1; i < n; i++)
        y[i] = x[i] - y[i - 1] * y[i - 1];
}

void steps(int m, real yy[restrict m][m], const real xx[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 1; j < m; j++)
            yy[i][j] = (yy[i - 1][j] > yy[i][j - 1] ? yy[i - 1][j] : yy[i][j - 1]) + xx[i][j];
}
